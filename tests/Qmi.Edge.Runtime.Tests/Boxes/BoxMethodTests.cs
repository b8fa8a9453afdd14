using System.Text;
using System.Text.Json;

namespace Qmi.Edge.Runtime.Tests;

public class BoxMethodTests
{
    private static readonly RpcMethodDescription Add = new()
    {
        Name = "add",
        Access = RpcAccess.Control,
        Arguments = new Schema { Type = SchemaType.Object, Properties = [new("left", new Schema { Type = SchemaType.Integer }, Required: true), new("right", new Schema { Type = SchemaType.Integer }, Required: true)] },
        Result = new Schema { Type = SchemaType.Integer },
        Description = "Adds.",
    };

    [Fact]
    public async Task A_method_that_was_added_is_called_like_any_other_of_the_box()
    {
        await using var box = new EdgeBox("box07");
        box.AddMethod(Add, (request, result, _) =>
        {
            result.WriteNumberValue(request.Arguments.GetProperty("left").GetInt32() + request.Arguments.GetProperty("right").GetInt32());
            return ValueTask.CompletedTask;
        });

        Assert.Equal("3", await CallAsync(box, "[1,2]"));
        Assert.Contains(Add, box.Self.Description.Methods);
        Assert.Equal(box.Self.Description.Methods.Select(method => method.Name).Order(StringComparer.Ordinal), box.Self.Description.Methods.Select(method => method.Name));
        Assert.Contains(box.Self.Description.Methods, method => method.Name == "whoami");
    }

    [Fact]
    public async Task Verb_role_arguments_and_lock_are_looked_at_before_it_is_run()
    {
        await using var box = new EdgeBox("box07");
        var calls = 0;
        box.AddMethod(Add, (_, _, _) =>
        {
            calls++;
            return ValueTask.CompletedTask;
        });

        Assert.Equal("WRONG_VERB", await CallAsync(box, "[1,2]", RpcAccess.Read));
        Assert.Equal("FORBIDDEN", await CallAsync(box, "[1,2]", role: RpcAccess.Read));
        Assert.Equal("BAD_ARGS", await CallAsync(box, """{"left":"x"}"""));
        Assert.NotNull(await box.Self.Lock.AcquireAsync(new LockRequest(new Caller("bob"), "token-of-bob", null, null), TimeSpan.Zero, TestContext.Current.CancellationToken));
        Assert.Equal("LOCKED", await CallAsync(box, "[1,2]"));
        Assert.Equal(0, calls);
    }

    [Fact]
    public async Task What_it_throws_is_the_answer()
    {
        await using var box = new EdgeBox("box07");
        box.AddMethod(Add, async (_, _, _) =>
        {
            await Task.Yield();
            throw new QmiException(ErrorCode.NotSynced, "It is too early.");
        });
        box.AddMethod(Add with { Name = "add_badly" }, (_, _, _) => throw new InvalidOperationException("a defect"));

        Assert.Equal("NOT_SYNCED", await CallAsync(box, "[1,2]"));
        Assert.Equal("INTERNAL", await CallAsync(box, "[1,2]", method: "add_badly"));
    }

    [Fact]
    public void A_name_that_is_taken_or_none_is_refused()
    {
        var box = new EdgeBox("box07");
        box.AddMethod(Add, (_, _, _) => ValueTask.CompletedTask);

        Assert.Contains("\"add\"", Assert.Throws<ArgumentException>(() => box.AddMethod(Add, (_, _, _) => ValueTask.CompletedTask)).Message);
        Assert.Contains("\"lock\"", Assert.Throws<ArgumentException>(() => box.AddMethod(Add with { Name = "lock" }, (_, _, _) => ValueTask.CompletedTask)).Message);
        Assert.Equal(ErrorCode.BadArgs, Assert.Throws<QmiException>(() => box.AddMethod(Add with { Name = "_add" }, (_, _, _) => ValueTask.CompletedTask)).Code);
    }

    private static async Task<string> CallAsync(EdgeBox box, string arguments, RpcAccess verb = RpcAccess.Control, RpcAccess role = RpcAccess.Admin, string method = "add")
    {
        using var document = JsonDocument.Parse(arguments);
        var reply = await box.Self.DispatchAsync(new RpcRequest { Caller = new Caller("alice", role), Method = method, Verb = verb, Arguments = document.RootElement.Clone() }, TestContext.Current.CancellationToken);
        return reply.Error?.Code.GetWireName() ?? Encoding.UTF8.GetString(reply.Result.Span);
    }
}
