namespace Qmi.Edge.Generators;

/// <summary>How a member gets its value when the record is made.</summary>
internal enum MemberRole
{
    /// <summary>Through a parameter of the constructor.</summary>
    Parameter,

    /// <summary>A required member, in the object initialiser.</summary>
    Required,

    /// <summary>An init-only member that keeps its own default when it is not given.</summary>
    Init,
}

/// <summary>A member of a record.</summary>
/// <param name="Name">Its property.</param>
/// <param name="Wire">Its name on the wire.</param>
/// <param name="Local">The variable that holds it while the record is read.</param>
/// <param name="Type">Its type.</param>
/// <param name="Role">How it gets its value.</param>
/// <param name="Fallback">For a parameter: the value when it is not given, as C#; null when it must be given.</param>
/// <param name="Notes">What the schema says about it beyond its type.</param>
internal sealed record MemberModel(string Name, string Wire, string Local, TypeUse Type, MemberRole Role, string? Fallback, SchemaNotes Notes)
{
    /// <summary>Whether it must be given.</summary>
    public bool IsRequired => Role == MemberRole.Required || Role == MemberRole.Parameter && Fallback is null;
}
