namespace Qmi.Edge.Runtime;

/// <summary>Collects what a task's own <c>Validate</c> finds wrong with settings.</summary>
public sealed class SettingsErrors
{
    private readonly List<SchemaViolation> _violations = [];

    /// <summary>Everything found so far.</summary>
    public IReadOnlyList<SchemaViolation> Violations => _violations;

    /// <summary>Refuses a value.</summary>
    /// <param name="path">JSON Pointer of the value, for example <c>/setpoint</c>; empty for the settings as a whole.</param>
    /// <param name="message">What is wrong, what is allowed and how to mend it.</param>
    public void Add(string path, string message) => _violations.Add(new SchemaViolation(path, "validate", message));
}
