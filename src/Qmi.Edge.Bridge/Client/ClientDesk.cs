using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>Makes calls: sends a request until it is answered, asks a busy box again, fetches what is too large for one answer.</summary>
internal sealed class ClientDesk(ClientLink link)
{
    private const string Box = "_box";
    private static readonly RpcMethodDescription CancelMethod = new() { Name = "op_cancel" };

    /// <summary>Calls a method and waits for its result.</summary>
    /// <exception cref="QmiException">What the box answered, or why it did not.</exception>
    public async Task<JsonElement> CallAsync(ClientRequest request, CancellationToken cancellationToken)
    {
        using var call = new ClientCall(link, request);
        using var cancellation = cancellationToken.UnsafeRegister(static state => GiveUp((ClientCall)state!), call);
        try
        {
            link.Add(call);
            var answer = await AnswerAsync(call, request, cancellationToken).ConfigureAwait(false);
            return answer.Error switch
            {
                null => answer.Result,
                { Code: ErrorCode.ResultTooLarge } error when request.Target != Box && ChunkedResult.IsKept(error) => await ChunkedResult.FetchAsync(this, request, error, call.Id, link, cancellationToken).ConfigureAwait(false),
                { } error => throw error,
            };
        }
        catch (QmiException exception) when (exception.Code == ErrorCode.Cancelled && cancellationToken.IsCancellationRequested && call.MayHaveArrived && request.Method.Access != RpcAccess.Read)
        {
            _ = CancelAsync(request.Box, call.Id);
            throw;
        }
        finally
        {
            link.Remove(call);
        }
    }

    /// <summary>Calls a method of the box itself.</summary>
    public Task<JsonElement> CallBoxAsync(string box, RpcMethodDescription method, Action<Utf8JsonWriter> arguments, CancellationToken cancellationToken)
    {
        using var buffer = JsonBuffer.Rent();
        buffer.Writer.WriteStartObject();
        arguments(buffer.Writer);
        buffer.Writer.WriteEndObject();
        return CallAsync(new ClientRequest(box, Box, method, buffer.Written.ToArray(), link.DefaultTimeout, null), cancellationToken);
    }

    private async Task<ClientAnswer> AnswerAsync(ClientCall call, ClientRequest request, CancellationToken cancellationToken)
    {
        for (var refusals = 0; ;)
        {
            var payload = await call.WaitAsync().ConfigureAwait(false);
            if (ReplyReader.TryRead(payload, call.Id, request.Target) is not { } answer)
            {
                link.Counters.Unreadable();
                call.Listen();
            }
            else if (answer.Error is { Code: ErrorCode.Busy, RetryAfter: { } after } && after < call.Remaining)
            {
                await PauseAsync(after, refusals++, call.Remaining, cancellationToken).ConfigureAwait(false);
                call.Listen();
                call.Send();
            }
            else if (answer.IsFinal)
            {
                return answer;
            }
            else
            {
                call.Listen();
            }
        }
    }

    // Anything from what the box asks for to a bound that doubles with each refusal: all who were told the same must not come back in the same
    // moment, again and again. Cancelling is seen by the call itself.
    private async Task PauseAsync(TimeSpan asked, int refusals, TimeSpan left, CancellationToken cancellationToken)
    {
        var pause = asked * (1 + (Random.Shared.NextDouble() * ((2 << Math.Min(refusals, 10)) - 1)));
        var longest = asked > left / 2 ? asked : left / 2;
        await Task.Delay(pause < longest ? pause : longest, link.TimeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static void GiveUp(ClientCall call) => call.GiveUp(call.MayHaveArrived
        ? new QmiException(ErrorCode.Cancelled, $"The caller does not wait for {call.Subject} any more; whether {call.Box} does it is not known.", Executed.Unknown)
        : new QmiException(ErrorCode.Cancelled, $"{call.Subject} was cancelled before it was sent.", Executed.No));

    // Whatever it is told, nobody waits for it: it has begun and goes on, has ended, or was never there.
    private async Task CancelAsync(string box, string id)
    {
        try
        {
            await CallBoxAsync(box, CancelMethod, writer => writer.WriteString("op"u8, id), CancellationToken.None).ConfigureAwait(false);
        }
        catch (QmiException exception)
        {
            link.Logger.NotCancelled(id, box, exception.Message);
        }
    }
}
