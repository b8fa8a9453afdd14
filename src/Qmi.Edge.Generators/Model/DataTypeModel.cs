namespace Qmi.Edge.Generators;

/// <summary>A type for which this assembly carries a <c>DataType&lt;T&gt;</c>.</summary>
/// <param name="Key">Its name there.</param>
/// <param name="CSharp">The type.</param>
internal abstract record DataTypeModel(string Key, string CSharp);

/// <summary>A type made of others: an array, a list, a nullable value.</summary>
/// <param name="Key">Its name.</param>
/// <param name="CSharp">The type.</param>
/// <param name="Expression">How it is made.</param>
internal sealed record ComposedTypeModel(string Key, string CSharp, string Expression) : DataTypeModel(Key, CSharp);

/// <summary>An enum.</summary>
/// <param name="Key">Its name.</param>
/// <param name="CSharp">The type.</param>
/// <param name="Description">What it means.</param>
/// <param name="Values">The values as C# and on the wire.</param>
internal sealed record EnumTypeModel(string Key, string CSharp, string? Description, EquatableArray<(string CSharp, string Wire)> Values) : DataTypeModel(Key, CSharp);

/// <summary>A record or a readonly struct.</summary>
/// <param name="Key">Its name.</param>
/// <param name="CSharp">The type.</param>
/// <param name="Description">What it means.</param>
/// <param name="Members">Its data, those of the constructor first and in its order.</param>
internal sealed record RecordTypeModel(string Key, string CSharp, string? Description, EquatableArray<MemberModel> Members) : DataTypeModel(Key, CSharp)
{
    /// <summary>An expression for a value with all defaults, or null when something has no default.</summary>
    public string? DefaultValue => Members.All(static member => member.Role == MemberRole.Init || member is { Role: MemberRole.Parameter, Fallback: not null })
        ? $"new {CSharp}({string.Join(", ", Members.Where(static member => member.Role == MemberRole.Parameter).Select(static member => member.Fallback))})"
        : null;
}
