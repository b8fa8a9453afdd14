namespace Qmi.Edge.Box;

/// <summary>One thing that <c>doctor</c> looks at.</summary>
internal interface IMachineCheck
{
    /// <summary>What it is about, in a few words.</summary>
    string Subject { get; }

    /// <summary>Looks.</summary>
    Finding Examine(MachineFiles files);
}
