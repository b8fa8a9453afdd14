using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>
/// One call of one RPC method with its arguments. The generator makes a struct for each method: in the process it is invoked as it is,
/// across the border it writes and reads itself as JSON.
/// </summary>
/// <typeparam name="TSelf">The struct itself.</typeparam>
/// <typeparam name="TTarget">The class that has the method.</typeparam>
/// <typeparam name="TResult">What the method returns; <see cref="Nothing"/> for void.</typeparam>
public interface IRpcCall<TSelf, in TTarget, TResult>
    where TSelf : struct, IRpcCall<TSelf, TTarget, TResult>
    where TTarget : RpcObject
{
    /// <summary>The method.</summary>
    static abstract RpcMethodDescription Method { get; }

    /// <summary>How the result looks as JSON.</summary>
    static abstract DataType<TResult> Result { get; }

    /// <summary>Calls the method.</summary>
    TResult Invoke(TTarget target);

    /// <summary>Writes the arguments as a JSON object.</summary>
    void WriteArguments(Utf8JsonWriter writer);

    /// <summary>Reads the arguments from a JSON object that the schema of the method has accepted.</summary>
    static abstract TSelf ReadArguments(JsonElement arguments);
}
