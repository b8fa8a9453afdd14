using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary><c>signal_range</c>: what a consumer has missed of a signal, as long as the box still has it. It disturbs neither the publisher nor its loop.</summary>
internal static class SignalRangeMethod
{
    private static readonly Schema Number = new() { Type = SchemaType.Integer, Minimum = 0 };

    public static RpcMethod Create() => new BuiltInMethod<RpcObject>(
        new()
        {
            Name = "signal_range",
            Access = RpcAccess.Read,
            Idempotent = true,
            Arguments = BuiltIn.Arguments(
                new("signal", BuiltIn.Text("Its name."), Required: true),
                new("from", Number with { Description = "The number of the first value wanted: what was expected next." }, Required: true),
                new("to", Number with { Description = "The number of the first value not wanted any more: what came instead. Without it, all there is." }),
                new("boot", BuiltIn.Text("The run of the box that the numbers are of; without it, this one."))),
            Result = new()
            {
                Type = SchemaType.Object,
                Properties =
                [
                    new("boot", BuiltIn.Text("The run of the box."), Required: true),
                    new("from", Number, Required: true),
                    new("to", Number with { Description = "Up to where the answer speaks: as asked for, but not beyond what there is." }, Required: true),
                    new("batches", new Schema { Type = SchemaType.Array, Items = BuiltIn.Any, Description = "As they were published; the first and the last may have more than the range." }, Required: true),
                    new("missing", new Schema { Type = SchemaType.Array, Items = BuiltIn.Arguments(new("from", Number, Required: true), new("to", Number, Required: true)), Description = "The parts that are gone." }, Required: true),
                    new("next", Number with { Description = "Where to ask on; only when not everything fitted." }),
                    new("boots", new Schema { Type = SchemaType.Array, Items = BuiltIn.Text(), Description = "The runs of the box of which there is something, the oldest first." }, Required: true),
                ],
            },
            Description = "The batches of a signal that cover a range of its values, as long as the box has them.",
        },
        AnswerAsync);

    private static async ValueTask AnswerAsync(RpcObject target, RpcRequest request, Utf8JsonWriter writer, CancellationToken cancellationToken)
    {
        var signal = target.Signals.Find(request.GetText("signal")!);
        var history = signal.History ?? throw NoHistory(signal);
        var arguments = request.Arguments;
        var from = arguments.GetInteger("from")!.Value;
        var to = arguments.GetInteger("to");
        if (to < from)
            throw Backwards(from, to.Value);
        var range = await history.ReadRangeAsync(request.GetText("boot"), from, to, target.Box.Requests.Options.ResultLimit).WaitAsync(cancellationToken).ConfigureAwait(false);
        range.Write(writer);
    }

    private static QmiException NoHistory(Signal signal) => new(ErrorCode.BadArgs, signal.Description.HasHistory
        ? $"No history of {signal.Publisher.Name}.{signal.Description.Name} is kept: the box is configured so (ring_bytes)."
        : $"No history of {signal.Publisher.Name}.{signal.Description.Name} is kept: its newest value is a retained document.");

    private static QmiException Backwards(long from, long to) => new(ErrorCode.BadArgs, $"The range ends ({to}) before it begins ({from}).")
    {
        Violations = [new("/to", "minimum", "It must not be less than \"from\".")],
    };
}
