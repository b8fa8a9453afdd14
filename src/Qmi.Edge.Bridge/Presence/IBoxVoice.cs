namespace Qmi.Edge.Bridge;

/// <summary>Another part of the bridge that speaks in the name of the box, over a connection of its own. Called from the worker's thread, which does not wait.</summary>
internal interface IBoxVoice
{
    /// <summary>The box has its id, for the first time or again: connect. Called in every connection of the control connection; once is enough.</summary>
    void Speak();

    /// <summary>A newer box may have the id: say goodbye to the broker and stay away until the next <see cref="Speak"/>.</summary>
    void Silence();
}
