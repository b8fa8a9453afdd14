using System.Globalization;
using static Qmi.Edge.Bridge.Tests.GivenBridge;

namespace Qmi.Edge.Bridge.Tests;

public class RequestTests
{
    [Theory]
    [InlineData("5")]
    [InlineData("311")]
    [Trait("rule", "MQTT-2.1.2")]
    [Trait("rule", "MQTT-2.2.1")]
    [Trait("rule", "MQTT-3.23")]
    [Trait("rule", "MQTT-3.24")]
    public async Task Whatever_is_sent_gets_exactly_one_clear_reply_and_nothing_is_done(string version)
    {
        await using var given = new GivenBridge(version: version);
        // verb/method, payload, code, part of the message
        (string Address, string? Payload, string Code, string Message)[] cases =
        [
            ("get/alice/stage/get_status", "{bad", "BAD_JSON", "column 2"),
            ("call/alice/stage/bump", "{\"args\":{\"n\":1}", "BAD_JSON", "line 1"),
            ("call/alice/stage/bump", "{} x", "BAD_JSON", "column 4"),
            ("call/alice/stage/bump", "\"text\"", "BAD_REQUEST", "array"),
            ("call/alice/stage/bump", "{\"arg\":{}}", "BAD_REQUEST", "did you mean {\"args\":{...}}"),
            ("call/alice/stage/bump", "{\"n\":1}", "BAD_REQUEST", "{\"args\":{\"n\":...}}"),
            ("call/alice/stage/bump", "{\"id\":\"a\",\"id\":\"b\"}", "BAD_REQUEST", "twice"),
            ("call/alice/stage/bump", "{\"timeout_ms\":0}", "BAD_REQUEST", "timeout_ms"),
            ("call/alice/stage/bump", "{\"v\":2}", "UNSUPPORTED_VERSION", "use 1"),
            ("call/alice/stage/bump", "{\"args\":{\"n\":\"x\",\"hold_ms\":-1,\"m\":2}}", "BAD_ARGS", "3 errors"),
            ("call/alice/stage/bump", "[1,2,3]", "BAD_ARGS", "takes 2"),
            ("get/alice/stage/get_statu", null, "NO_SUCH_METHOD", "did you mean \"get_stat"),
            ("get/alice/stag/get_status", null, "NO_SUCH_OBJECT", "did you mean"),
            ("get/alice/stage/start", null, "WRONG_VERB", "\"call\""),
            ("call/alice/stage/force_unlock", "{\"args\":{\"reason\":\"because\"}}", "WRONG_VERB", "\"admin\""),
            ("admin/alice/stage/force_unlock", null, "BAD_ARGS", "reason"),
            ("call/alice/stage/start", null, "WRONG_STATE", "running"),
            ("call/alice/stage/bump", "{\"reply_to\":\"qmi/v1/box/box08/call/adm/x/y\"}", "REPLY_TOPIC_FORBIDDEN", "box08"),
            ("call/alice/stage/bump", "{\"reply_to\":\"qmi/v1/box/box07/reply/bob/x\"}", "REPLY_TOPIC_FORBIDDEN", "bob"),
            ("call/alice/stage/bump", "{\"if_boot\":\"01ARZ3NDEKTSV4RRFFQ69G5FAV\"}", "CONFLICT", "rebooted"),
            ("call/alice/stage/bump", "{\"if_rev\":41}", "CONFLICT", "revision 0"),
            ("call/alice/stage/bump", "{\"fence\":3}", "LOCK_LOST", "not in force"),
            ("call/alice/stage/fail", "{\"args\":{\"message\":\"lamp broken\"}}", "TASK_ERROR", "InvalidOperationException: lamp broken"),
            ("call/alice/stage/bump/extra", null, "BAD_REQUEST", "{caller}/{object}/{method}"),
        ];
        given.Stage.Start();
        foreach (var (address, payload, code, message) in cases)
        {
            var from = given.Supervisor.Seen.Count;
            given.Supervisor.Publish(given.Topic(address), payload);
            var parts = address.Split('/');
            var reply = given.Supervisor.WaitFor(given.Topic($"reply/alice/{parts[2]}/{parts[3]}"), from: from).Json;

            Assert.Equal((address, payload, code), (address, payload, Text(reply, "error", "code")));
            Assert.Contains(message, Text(reply, "error", "message")!.Replace(given.StageName, "stage", StringComparison.Ordinal));
            Assert.Equal(code == "TASK_ERROR" ? "unknown" : "no", Text(reply, "error", "executed"));
            Assert.Equal("false", Text(reply, "ok"));
        }

        Assert.Equal(0, ((StageRunner)RunnerOf(given.StageName)).Bumps);
        var replies = given.Supervisor.Seen.Where(seen => seen.Topic.StartsWith("qmi/v1/box/box07/reply/", StringComparison.Ordinal)).ToList();
        Assert.Equal(cases.Length, replies.Count);
        Assert.DoesNotContain(given.Supervisor.Seen, seen => seen.Topic.Contains("box08", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("rule", "RPC-6")]
    [Trait("rule", "MQTT-2.3.3")]
    public async Task An_error_of_the_programmers_code_comes_with_type_and_chain_and_without_a_stack()
    {
        await using var given = new GivenBridge();

        var reply = given.Ask("call", "fail", """["lamp broken"]""");

        Assert.Equal("InvalidOperationException", Text(reply, "error", "details", "type"));
        Assert.Contains("FormatException: deeper", Text(reply, "error", "details", "chain"));
        Assert.DoesNotContain("   at ", reply.GetRawText());
    }

    [Fact]
    [Trait("rule", "MQTT-2.3.2")]
    [Trait("rule", "MQTT-3.21")]
    public async Task An_oversized_request_is_answered_and_an_oversized_result_too()
    {
        await using var given = new GivenBridge();
        var file = given.Broker.GetPath("large.json");
        await File.WriteAllTextAsync(file, $$$"""{"args":{"n":1,"x":"{{{new string('x', 300_000)}}}"}}""");

        var from = given.Supervisor.Seen.Count;
        given.Supervisor.PublishFile(given.Topic("call/alice/stage/bump"), file);
        var request = given.Supervisor.WaitFor(given.Topic("reply/alice/stage/bump"), from: from).Json;
        var result = given.Ask("get", "repeat", """["0123456789",30000]""");

        Assert.Equal(("PAYLOAD_TOO_LARGE", "no", "262144"), (Text(request, "error", "code"), Text(request, "error", "executed"), Text(request, "error", "details", "limit")));
        Assert.Equal(("RESULT_TOO_LARGE", "yes"), (Text(result, "error", "code"), Text(result, "error", "executed")));
    }

    [Fact]
    [Trait("rule", "MQTT-2.2.5")]
    [Trait("rule", "MQTT-3.25")]
    public async Task A_retained_request_is_refused_and_raises_an_alarm()
    {
        await using var given = new GivenBridge();
        var from = given.Supervisor.Seen.Count;

        given.Supervisor.Publish(given.Topic("call/alice/stage/bump"), "{}", "-r");
        var reply = given.Supervisor.WaitFor(given.Topic("reply/alice/stage/bump"), from: from).Json;
        var alarm = given.Supervisor.WaitFor(given.Topic("alarm/retained-request")).Json;

        Assert.Equal("RETAINED_REQUEST", Text(reply, "error", "code"));
        Assert.Contains("bump", Text(alarm, "text"));
        Assert.Equal(0, ((StageRunner)RunnerOf(given.StageName)).Bumps);
    }

    [Fact]
    [Trait("rule", "MQTT-2.2.2")]
    public async Task A_request_with_mqtt_5_properties_is_answered_where_it_says_with_its_correlation_data()
    {
        await using var given = new GivenBridge();
        using var requester = new ChildProcess(
            "mosquitto_rr",
            "-h", "127.0.0.1", "-p", given.Broker.Port.ToString(CultureInfo.InvariantCulture), "-V", "5", "-q", "1", "-W", "20",
            "-t", given.Topic("get/alice/stage/get_name"), "-e", "qmi/v1/client/alice/reply/box07/1", "-D", "publish", "correlation-data", "42", "-m", "{}", "-F", "%p D=%D C=%C");

        Assert.Equal(0, requester.WaitForExit());
        var line = Assert.Single(requester.Output);
        Assert.Contains($"\"result\":\"{given.StageName}\"", line);
        Assert.Contains("\"id\":\"42\"", line);
        Assert.EndsWith("D=42 C=application/json", line);
    }

    [Theory]
    [InlineData("qmi-fence", "12x", "BAD_REQUEST", "qmi-fence")]
    [InlineData("qmi-fence", "-1", "BAD_REQUEST", "qmi-fence")]
    [InlineData("qmi-if-rev", "", "BAD_REQUEST", "qmi-if-rev")]
    [InlineData("qmi-if-rev", "7", "CONFLICT", "7")]
    [InlineData("qmi-if-boot", "01ABC", "CONFLICT", "01ABC")]
    [Trait("rule", "MQTT-2.2.2")]
    public async Task A_condition_in_a_property_counts_as_its_twin_and_one_that_cannot_be_read_is_refused(string property, string value, string code, string part)
    {
        await using var given = new GivenBridge();
        given.Supervisor.Publish(given.Topic("call/alice/stage/bump"), """{"id":"c1"}""", "-D", "publish", "user-property", property, value);

        var reply = given.Supervisor.WaitFor(given.Topic("reply/alice/stage/bump")).Json;

        Assert.Equal((code, "no"), (Text(reply, "error", "code"), Text(reply, "error", "executed")));
        Assert.Contains(part, Text(reply, "error", "message"));
        Assert.Equal(0, ((StageRunner)RunnerOf(given.StageName)).Bumps);
    }

    [Theory]
    [InlineData("k1", "k1")]
    [InlineData("\u00e9", "c3a9")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123X", "its hash")]
    [Trait("rule", "MQTT-2.2.2")]
    public async Task Correlation_data_is_the_id_whatever_its_bytes_and_its_length(string correlation, string id)
    {
        await using var given = new GivenBridge();
        for (var copy = 0; copy < 2; copy++)
            given.Supervisor.Publish(given.Topic("call/alice/stage/bump"), """{"id":"not this"}""", "-D", "publish", "correlation-data", correlation);

        var reply = given.Supervisor.WaitFor(given.Topic("reply/alice/stage/bump"), document => Text(document, "replayed") == "true").Json;

        Assert.Equal(correlation.Length > 64 ? Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(correlation))) : id, Text(reply, "id"));
        Assert.Equal(1, ((StageRunner)RunnerOf(given.StageName)).Bumps);
    }

    [Fact]
    [Trait("rule", "MQTT-2.2.3")]
    public async Task A_caller_who_names_no_time_waits_as_long_as_the_method_says()
    {
        await using var given = new GivenBridge();

        var reply = given.Ask("call", "settle");

        Assert.Equal("TIMEOUT", Text(reply, "error", "code"));
        Assert.InRange(int.Parse(Text(reply, "took_ms")!, CultureInfo.InvariantCulture), 150, 1900);
    }

    [Fact]
    [Trait("rule", "MQTT-2.2.3")]
    [Trait("rule", "MQTT-3.7")]
    public async Task A_request_that_waited_longer_than_its_budget_is_never_run()
    {
        await using var given = new GivenBridge();
        given.Supervisor.Publish(given.Topic("call/bob/stage/bump"), """{"args":{"hold_ms":1500}}""");
        SpinWait.SpinUntil(() => given.Box.FindObject(given.StageName)!.QueueDepth > 0, 100);

        var reply = given.Ask("call", "bump", """{"timeout_ms":300}""");
        given.Supervisor.WaitFor(given.Topic("reply/bob/stage/bump"));

        Assert.Equal(("EXPIRED", "no"), (Text(reply, "error", "code"), Text(reply, "error", "executed")));
        Assert.Equal(1, ((StageRunner)RunnerOf(given.StageName)).Bumps);
    }

    [Fact]
    [Trait("rule", "MQTT-2.2.4")]
    public async Task A_request_that_runs_longer_than_its_budget_is_answered_and_goes_on()
    {
        await using var given = new GivenBridge();

        var reply = given.Ask("call", "bump", """{"args":{"hold_ms":1000},"timeout_ms":200}""");

        Assert.Equal(("TIMEOUT", "unknown", "true"), (Text(reply, "error", "code"), Text(reply, "error", "executed"), Text(reply, "error", "details", "still_running")));
        Assert.True(SpinWait.SpinUntil(() => ((StageRunner)RunnerOf(given.StageName)).Bumps == 1, ChildProcess.Patience));
    }

    [Fact]
    [Trait("rule", "TASK-6")]
    [Trait("rule", "MQTT-2.2.6")]
    public async Task Stop_is_answered_while_another_caller_joins()
    {
        await using var given = new GivenBridge();
        given.Stage.Start();
        given.Supervisor.Publish(given.Topic("call/alice/stage/join"), """{"timeout_ms":60000}""");
        given.Supervisor.WaitFor(given.Topic("task/stage/state"), state => Text(state, "state") == "running");

        var stop = given.Ask("call", "stop", caller: "bob");
        var join = given.Supervisor.WaitFor(given.Topic("reply/alice/stage/join")).Json;

        Assert.Equal("true", Text(stop, "ok"));
        Assert.Equal(("stopped", "requested"), (Text(join, "result", "state"), Text(join, "result", "reason")));
    }

    [Fact]
    public async Task Reads_are_answered_while_a_call_runs()
    {
        await using var given = new GivenBridge();
        given.Supervisor.Publish(given.Topic("call/bob/stage/bump"), """{"args":{"hold_ms":2000}}""");

        var reply = given.Ask("get", "get_settings");

        Assert.Equal("10", Text(reply, "result", "rate_hz"));
        Assert.DoesNotContain(given.Supervisor.Seen, seen => seen.Topic == given.Topic("reply/bob/stage/bump"));
    }

    [Fact]
    [Trait("rule", "MQTT-2.12.2")]
    public async Task The_box_checks_the_role_again_behind_the_broker()
    {
        await using var given = new GivenBridge(new BridgeOptions
        {
            Roles = new Dictionary<string, Runtime.RpcAccess> { ["obs"] = Runtime.RpcAccess.Read, ["alice"] = Runtime.RpcAccess.Control },
            DefaultRole = Runtime.RpcAccess.Read,
        });

        Assert.Equal("true", Text(given.Ask("get", "get_name", caller: "obs"), "ok"));
        Assert.Equal("FORBIDDEN", Text(given.Ask("call", "bump", caller: "obs"), "error", "code"));
        Assert.Equal("true", Text(given.Ask("call", "bump"), "ok"));
        Assert.Equal("FORBIDDEN", Text(given.Ask("admin", "force_unlock", """["because"]"""), "error", "code"));
        Assert.Equal("operator", Text(given.Ask("get", "whoami", target: "_box"), "result", "role"));
    }

    [Fact]
    [Trait("rule", "AUDIT-1")]
    public async Task Calls_are_audited_with_caller_id_and_arguments_and_reads_are_not()
    {
        await using var given = new GivenBridge();

        given.Ask("get", "get_status");
        given.Ask("call", "bump", """{"id":"k1","args":{"n":2}}""");
        given.Ask("call", "bump", """{"args":{"n":"x"}}""");

        var entries = given.Audit.Entries.Where(entry => entry.Caller == "alice").ToList();
        Assert.Equal(2, entries.Count);
        Assert.Equal(("bump", "k1", """{"n":2}""", null), (entries[0].Action, entries[0].RequestId, entries[0].New, entries[0].Error));
        Assert.Contains("/n must be", entries[1].Error);
    }
}
