namespace Qmi.Edge.Box;

/// <summary>One mistake in a configuration file.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column in bytes, from 1.</param>
/// <param name="Message">What is wrong, what is allowed and how to mend it.</param>
public sealed record ConfigurationError(string File, long Line, long Column, string Message)
{
    /// <summary>As compilers write it, so that editors can jump there.</summary>
    public override string ToString() => $"{File}:{Line}:{Column}: {Message}";
}

/// <summary>A configuration that cannot be used; it names every mistake.</summary>
public sealed class ConfigurationException(IReadOnlyList<ConfigurationError> errors)
    : Exception(string.Join(Environment.NewLine, errors))
{
    /// <summary>Every mistake, in order of place.</summary>
    public IReadOnlyList<ConfigurationError> Errors { get; } = errors;
}
