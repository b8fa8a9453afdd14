using System.Text;
using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>Errors on the wire and back.</summary>
public class ErrorReaderTests
{
    public static TheoryData<ErrorCode> Codes => [.. Enum.GetValues<ErrorCode>()];

    [Theory]
    [MemberData(nameof(Codes))]
    [Trait("rule", "MQTT-2.3.1")]
    public void Every_error_comes_back_as_it_was(ErrorCode code)
    {
        var error = RoundTrip(new QmiException(code, "what, how much and what to do", Executed.Yes)
        {
            RetryAfter = TimeSpan.FromMilliseconds(1500),
            Violations = [new("/rate", "maximum", "The largest allowed is 100.", "100", "101.5"), new("", "type", "An object is expected.")],
            Details = new Dictionary<string, object?> { ["owner"] = "bob", ["fence"] = 18UL, ["limit"] = 7, ["flag"] = true, ["none"] = null, ["nearest"] = new[] { "a", "b" } },
        });

        Assert.Equal((code, "what, how much and what to do", Executed.Yes, TimeSpan.FromMilliseconds(1500)), (error.Code, error.Message, error.Executed, error.RetryAfter));
        Assert.Equal([new("/rate", "maximum", "The largest allowed is 100.", "100", "101.5"), new("", "type", "An object is expected.")], error.Violations);
        Assert.Equal(("bob", 18L, 7L, true, null), (error.Details["owner"], error.Details["fence"], error.Details["limit"], error.Details["flag"], error.Details["none"]));
        Assert.Equal(["a", "b"], Assert.IsType<string[]>(error.Details["nearest"]));
        Assert.False(error.Details.ContainsKey("errors"));
    }

    [Fact]
    public void A_cause_comes_back_with_its_type_its_message_and_its_own_cause()
    {
        var error = RoundTrip(new QmiException(ErrorCode.DeviceError, "the way to it failed", new IOException("no route: cable?", new FormatException("deeper"))));

        var cause = Assert.IsType<RemoteException>(error.InnerException);
        Assert.Equal(("IOException", "no route: cable?"), (cause.RemoteType, cause.Message));
        Assert.Equal("FormatException: deeper", cause.InnerException!.ToString());
        Assert.Contains("IOException: no route: cable?", cause.ToString());
    }

    [Fact]
    public void The_failure_of_a_task_and_of_its_constructor_keep_their_types()
    {
        var at = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        var run = Assert.IsType<TaskRunException>(RoundTrip(new TaskRunException("stage", new TaskFailure(new InvalidOperationException("no power"), TaskPhase.Finalize, at))));
        Assert.Equal(("Task stage failed in finalize: no power", TaskPhase.Finalize, at), (run.Message, run.Failure.Phase, run.Failure.At));

        var init = Assert.IsType<TaskInitException>(RoundTrip(new TaskInitException("stage", new InvalidOperationException("no sensor"))));
        Assert.Equal(("Task stage could not be constructed: no sensor", Executed.No), (init.Message, init.Executed));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"code":17,"message":[],"executed":{},"details":[],"retry_after_ms":"soon"}""")]
    [InlineData("""{"code":"NEWER_THAN_WE","details":{"errors":7,"chain":"x","phase":"init"}}""")]
    [InlineData("""{"code":"TASK_ERROR","details":{"errors":[1],"chain":[1,{}],"phase":"nap","deep":{"er":[1]}}}""")]
    public void An_error_that_is_not_what_it_should_be_is_still_an_error(string error)
    {
        var read = ErrorReader.Read(JsonDocument.Parse(error).RootElement, "stage");

        Assert.True(read.Code is ErrorCode.Internal or ErrorCode.TaskError);
        Assert.NotEmpty(read.Message);
    }

    private static QmiException RoundTrip(QmiException error)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, JsonStyle.Writing))
            ErrorDocument.Write(writer, error);
        return ErrorReader.Read(JsonDocument.Parse(Encoding.UTF8.GetString(stream.ToArray())).RootElement, "stage");
    }
}
