using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary>What is wrong with a configuration so far. Reading goes on after a mistake, so that all of them are told at once.</summary>
internal sealed class Mistakes
{
    private const string AnyValue = "The value ";

    private readonly List<(string Path, string Message)> _all = [];

    /// <summary>Notes a mistake at the value that a JSON Pointer points to.</summary>
    public void Add(string path, string message) => _all.Add((path, message));

    /// <summary>Notes what breaks a schema.</summary>
    public void Add(IEnumerable<SchemaViolation> violations)
    {
        foreach (var violation in violations)
            Add(violation.Path, violation.Message);
    }

    /// <summary>Notes what breaks the schema of the whole file, which is called the file and not a value.</summary>
    public void AddOfFile(IEnumerable<SchemaViolation> violations) => Add(violations.Select(violation =>
        violation.Message.StartsWith(AnyValue, StringComparison.Ordinal) ? violation with { Message = $"The file {violation.Message[AnyValue.Length..]}" } : violation));

    /// <summary>Whether something is wrong with a value or inside of it.</summary>
    public bool AreAt(string path) => _all.Exists(mistake => mistake.Path == path || mistake.Path.StartsWith(path + "/", StringComparison.Ordinal));

    /// <exception cref="ConfigurationException">With every mistake, in order of place.</exception>
    public void ThrowIfAny(string file, SourceMap places)
    {
        if (_all.Count == 0)
            return;
        throw new ConfigurationException([.. _all
            .Distinct()
            .Select(mistake => (Place: places.Find(mistake.Path), mistake.Message))
            .Select(mistake => new ConfigurationError(file, mistake.Place.Line, mistake.Place.Column, mistake.Message))
            .OrderBy(error => error.Line).ThenBy(error => error.Column)]);
    }
}
