using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>The RPC methods that change settings.</summary>
internal static class SettingsMethods<TSettings, TStatus>
{
    public static IReadOnlyList<RpcMethod> All { get; } =
    [
        new BuiltInMethod<QmiTaskRunner<TSettings, TStatus>>(
            new()
            {
                Name = "set_settings",
                AnswersAcceptance = true,
                Arguments = BuiltIn.Arguments([.. SettingsPushBody.Members]),
                Result = BuiltIn.Any,
                Description = "Pushes settings, which take effect when the task next looks.",
            },
            SetAsync) { WritesAudit = true, WaitsForTurn = true },
        new BuiltInMethod<QmiTaskRunner<TSettings, TStatus>>(
            new()
            {
                Name = "confirm_settings",
                Idempotent = true,
                Arguments = BuiltIn.Arguments(new SchemaProperty("rev", new Schema { Type = SchemaType.Integer, Minimum = 0, Description = "The revision that shall stay." }, Required: true)),
                Result = BuiltIn.Any,
                Description = "Makes settings stay that were pushed with confirm_ms and would be taken back.",
            },
            ConfirmAsync),
    ];

    private static async ValueTask SetAsync(QmiTaskRunner<TSettings, TStatus> task, RpcRequest request, Utf8JsonWriter writer, CancellationToken cancellationToken)
    {
        var body = SettingsPushBody.Read(request.Arguments);
        var push = await AcceptAsync(task, body, request, cancellationToken).ConfigureAwait(false);
        SettingsOutcome? outcome = null;
        if (!request.WaitAcceptedOnly && task.IsRunning && !body.Terms.AtNextStart)
            outcome = await task.WaitForOutcomeAsync(push, request.Deadline, cancellationToken).ConfigureAwait(false);
        if (outcome?.Error is { } error)
            throw error;

        writer.WriteStartObject();
        writer.WriteNumber("rev"u8, push.Revision);
        writer.WriteString("state"u8, outcome is null ? "pending"u8 : outcome.Result == SettingsResult.Applied ? "applied"u8 : "superseded"u8);
        if (outcome?.Turn is { } turn)
            writer.WriteNumber("turn"u8, turn);
        if (body.Terms.Confirm is { } confirm)
            writer.WriteNumber("confirm_ms"u8, (long)confirm.TotalMilliseconds);
        writer.WriteEndObject();
    }

    private static async Task<SettingsPush> AcceptAsync(QmiTaskRunner<TSettings, TStatus> task, SettingsPushBody body, RpcRequest request, CancellationToken cancellationToken)
    {
        SettingsPush? push = null;
        QmiException? conflict = null;
        try
        {
            await BuiltIn.RunInTurnAsync(task, request, () => push = task.PushSettings(body, request.Caller, request.Id), cancellationToken).ConfigureAwait(false);
        }
        catch (QmiException exception) when (exception.Code == ErrorCode.Conflict)
        {
            conflict = exception;
        }

        try
        {
            // Also the revision that is in the way is told only when no power cut can undo it.
            var saved = push?.Accepted ?? task.SettingsSavedAsync();
            await saved.WaitAsync(task.Box.TimeProvider.GetRemaining(request.Deadline), task.Box.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new QmiException(ErrorCode.Timeout, $"The box's disk has not taken the settings of {task.Name} in time: they may come into effect yet.");
        }

        return push ?? throw conflict!;
    }

    private static async ValueTask ConfirmAsync(QmiTaskRunner<TSettings, TStatus> task, RpcRequest request, Utf8JsonWriter writer, CancellationToken cancellationToken)
    {
        var revision = request.Arguments.GetInteger("rev")!.Value;
        await task.ConfirmSettingsAsync(revision).ConfigureAwait(false);
        writer.WriteStartObject();
        writer.WriteNumber("rev"u8, revision);
        writer.WriteString("state"u8, "applied"u8);
        writer.WriteEndObject();
    }
}
