namespace Qmi.Edge.Runtime;

/// <summary>The one set of rules for names of boxes, objects, methods and signals: <c>[a-z0-9][a-z0-9_-]{0,62}</c>. A leading underscore is the runtime's own.</summary>
public static class ObjectName
{
    /// <summary>The longest name, in characters.</summary>
    public const int MaxLength = 63;

    /// <summary>Whether <paramref name="name"/> may be given to something.</summary>
    public static bool IsValid(ReadOnlySpan<char> name) => IsValid(name, MaxLength);

    internal static bool IsValid(ReadOnlySpan<char> name, int maxLength)
    {
        if (name.Length == 0 || name.Length > maxLength || !char.IsAsciiLetterLower(name[0]) && !char.IsAsciiDigit(name[0]))
            return false;
        foreach (var character in name)
        {
            if (!char.IsAsciiLetterLower(character) && !char.IsAsciiDigit(character) && character is not ('_' or '-'))
                return false;
        }

        return true;
    }

    /// <summary>Throws when <paramref name="name"/> breaks the rules.</summary>
    /// <param name="name">The name.</param>
    /// <param name="subject">What is to be named, for the message: "task", "box" ...</param>
    /// <exception cref="QmiException"><see cref="ErrorCode.BadArgs"/>.</exception>
    public static void ThrowIfInvalid(string name, string subject)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!IsValid(name))
            throw new QmiException(ErrorCode.BadArgs, $"\"{name}\" is no {subject} name: use 1 to {MaxLength} lower-case letters, digits, '_' and '-', beginning with a letter or digit.");
    }
}
