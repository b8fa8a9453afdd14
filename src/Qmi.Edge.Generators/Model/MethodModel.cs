namespace Qmi.Edge.Generators;

/// <summary>An RPC method.</summary>
/// <param name="Name">Its name in C#.</param>
/// <param name="Wire">Its name on the wire.</param>
/// <param name="Rules">Access, lock, repetition, time.</param>
/// <param name="Result">What it returns; null for void.</param>
/// <param name="ResultNotes">What the schema says about the result.</param>
/// <param name="Parameters">Its parameters.</param>
/// <param name="Docs">Its documentation.</param>
internal sealed record MethodModel(
    string Name,
    string Wire,
    MethodRules Rules,
    TypeUse? Result,
    SchemaNotes ResultNotes,
    EquatableArray<ParameterModel> Parameters,
    Docs Docs);

/// <summary>What the attribute of an RPC method says.</summary>
/// <param name="Access">The name of an <c>RpcAccess</c>.</param>
/// <param name="Lock">The name of a <c>LockRule</c>.</param>
/// <param name="Idempotent">Whether it may run again.</param>
/// <param name="Cancellable">Whether it can be cancelled while it runs.</param>
/// <param name="TimeoutMs">0 = the box's default.</param>
internal sealed record MethodRules(string Access, string Lock, bool Idempotent, bool Cancellable, int TimeoutMs);
