using System.Collections.Concurrent;

namespace Qmi.Edge.Bridge;

/// <summary>
/// Reads what a broker has retained. MQTT does not say where that ends: when an echo that was sent after the subscription has come back, and
/// then nothing more for a while, since some brokers pace what they have retained.
/// </summary>
internal static class RetainedSurvey
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(250);

    /// <param name="link">The connection.</param>
    /// <param name="filter">Which topics.</param>
    /// <param name="read">Reads a document; null when it is none.</param>
    /// <param name="isEnough">Whether what was read is all that is wanted.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="Runtime.QmiException">EXPIRED, TIMEOUT: the broker was not reached.</exception>
    public static async Task<IReadOnlyCollection<T>> ReadAsync<T>(ClientLink link, string filter, Func<ClientMessage, T?> read, Func<T, bool> isEnough, CancellationToken cancellationToken)
        where T : class
    {
        var found = new ConcurrentDictionary<string, T>();
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Take(ClientMessage message)
        {
            if (read(message) is not { } document)
                return;
            found[message.Topic] = document;
            if (isEnough(document))
                enough.TrySetResult();
        }

        using var subscription = link.Subscriptions.Add(filter, isStream: false, Take);
        await Echo.WaitAsync(link, link.DefaultTimeout, cancellationToken).ConfigureAwait(false);
        for (var seen = -1; seen != found.Count && !enough.Task.IsCompleted;)
        {
            seen = found.Count;
            await Task.WhenAny(enough.Task, Task.Delay(Quiet, link.TimeProvider, cancellationToken)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return [.. found.Values];
    }
}
