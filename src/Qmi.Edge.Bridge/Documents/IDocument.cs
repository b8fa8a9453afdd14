namespace Qmi.Edge.Bridge;

/// <summary>Something retained that keeps its own order of publications, and so is no <see cref="RetainedDocument"/>.</summary>
internal interface IDocument
{
    /// <summary>Publishes what is new.</summary>
    /// <param name="connection">Where to.</param>
    /// <returns>False when the connection did not take it: try again later.</returns>
    bool Flush(IMqttConnection connection);

    /// <summary>Publishes it whether it changed or not.</summary>
    /// <returns>As <see cref="Flush"/>.</returns>
    bool Publish(IMqttConnection connection);
}
