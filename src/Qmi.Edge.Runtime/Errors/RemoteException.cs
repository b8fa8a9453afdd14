namespace Qmi.Edge.Runtime;

/// <summary>
/// An exception that was thrown in another process, as far as it crosses the border: its type by name, its message, its cause. It is what
/// stands as the inner exception of an error that the box has answered.
/// </summary>
/// <param name="remoteType">The name of its class there, for example <c>InvalidOperationException</c>.</param>
/// <param name="message">Its message.</param>
/// <param name="innerException">Its own cause.</param>
public sealed class RemoteException(string remoteType, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>The name of its class there.</summary>
    public string RemoteType { get; } = remoteType;

    /// <inheritdoc />
    public override string ToString() => $"{RemoteType}: {Message}{(InnerException is { } inner ? $"{Environment.NewLine} ---> {inner}" : "")}";
}
