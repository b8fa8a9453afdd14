using Microsoft.Extensions.Logging;
using Qmi.Edge.Bridge;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box.Tests;

public class ConfigurationReaderTests
{
    [Fact]
    public void The_shortest_configuration_is_a_name_and_everything_else_has_a_default()
    {
        var configuration = GivenConfiguration.Read("""{"box":"cryo-1"}""");

        Assert.Equal(("cryo-1", null, null, LogLevel.Information), (configuration.Box, configuration.Mqtt, configuration.Audit, configuration.LogLevel));
        Assert.Empty(configuration.Instruments);
        Assert.Empty(configuration.Tasks);
    }

    [Fact]
    public void What_locks_may_be_is_read_and_has_limits()
    {
        Assert.Equal(new LockOptions(), GivenConfiguration.Read("""{"box":"cryo","locks":{}}""").Locks);
        Assert.Equal(
            new LockOptions { MaxLease = TimeSpan.FromHours(8), DeathGrace = TimeSpan.FromSeconds(2) },
            GivenConfiguration.Read("""{"box":"cryo","locks":{"max_lease_ms":28800000,"death_grace_ms":2000}}""").Locks);
        Assert.Equal(2, GivenConfiguration.MistakesIn("""{"box":"cryo","locks":{"max_lease_ms":999,"death_grace_ms":-1}}""").Length);
    }

    [Fact]
    public void How_many_requests_a_caller_may_send_is_read_and_has_limits()
    {
        Assert.Equal(new RequestOptions(), GivenConfiguration.Read("""{"box":"cryo"}""").Requests);
        Assert.Equal(
            new RequestOptions { RequestsPerSecond = 0.5, Burst = 7 },
            GivenConfiguration.Read("""{"box":"cryo","requests":{"per_second":0.5,"burst":7}}""").Requests);
        Assert.Equal(2, GivenConfiguration.MistakesIn("""{"box":"cryo","requests":{"per_second":-1,"burst":0}}""").Length);
    }

    [Fact]
    public void Comments_and_trailing_commas_are_accepted()
    {
        var configuration = GivenConfiguration.Read("""
            // What it is.
            {
              /* over
                 two lines */
              "box": "cryo", // here too
              "tasks": { "a": { "type": "idler", }, },
            }
            // and at the end
            """);

        Assert.Equal("cryo", configuration.Box);
        Assert.Equal("a", Assert.Single(configuration.Tasks).Name);
    }

    [Fact]
    public void The_broker_and_how_the_box_is_shown_there_are_read()
    {
        var mqtt = GivenConfiguration.Read("""
            {"box":"cryo","mqtt":{"host":"broker.lab","port":8883,"user":"cryo","prefix":"lab/qmi","protocol":"3.1.1",
             "roles":{"alice":"operator","panel":"observer"},"default_role":"observer"}}
            """).Mqtt!;

        Assert.Equal(("broker.lab", 8883, "cryo", "cryo", MqttProtocolVersion.V311), (mqtt.Connection.Host, mqtt.Connection.Port, mqtt.Connection.ClientId, mqtt.Connection.UserName, mqtt.Connection.ProtocolVersion!.Value));
        Assert.Equal(("lab/qmi", RpcAccess.Read), (mqtt.Bridge.Prefix, mqtt.Bridge.DefaultRole));
        Assert.Equal(new Dictionary<string, RpcAccess> { ["alice"] = RpcAccess.Control, ["panel"] = RpcAccess.Read }, mqtt.Bridge.Roles);
        mqtt.Connection.ThrowIfInvalid();
    }

    [Fact]
    public void A_broker_needs_only_a_host()
    {
        var mqtt = GivenConfiguration.Read("""{"box":"cryo","mqtt":{"host":"localhost"}}""").Mqtt!;

        Assert.Equal((1883, null, null, null, null), (mqtt.Connection.Port, mqtt.Connection.UserName, mqtt.Connection.Password, mqtt.Connection.Tls, mqtt.Connection.ProtocolVersion));
        Assert.Equal(("qmi", RpcAccess.Admin, null), (mqtt.Bridge.Prefix, mqtt.Bridge.RoleOf("anybody"), mqtt.Bridge.Tls));
        mqtt.Connection.ThrowIfInvalid();
    }

    [Theory]
    [InlineData("", 10)]
    [InlineData(""","health_s":10""", 10)]
    [InlineData(""","health_s":37.5""", 37.5)]
    [InlineData(""","health_s":60""", 60)]
    public void Health_is_told_every_10_to_60_seconds(string member, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), GivenConfiguration.Read("""{"box":"cryo","mqtt":{"host":"h"MEMBER}}""".Replace("MEMBER", member, StringComparison.Ordinal)).Mqtt!.Bridge.HealthInterval);

    [Fact]
    public void A_box_may_have_a_friendly_name()
    {
        Assert.Equal("east-wing", GivenConfiguration.Read("""{"box":"cryo","alias":"east-wing"}""").Alias);
        Assert.Null(GivenConfiguration.Read("""{"box":"cryo"}""").Alias);
        GivenConfiguration.AssertMistakes("""{"box":"cryo",▸"alias":"East Wing"}""", "\"East Wing\" is no name: use 1 to 63 lower-case letters, digits, '_' and '-', beginning with a letter or digit.");
    }

    [Theory]
    [InlineData("auto", null)]
    [InlineData("5", MqttProtocolVersion.V5)]
    [InlineData("3.1.1", MqttProtocolVersion.V311)]
    public void Each_protocol_has_its_name(string name, MqttProtocolVersion? version) =>
        Assert.Equal(version, GivenConfiguration.Read($$$"""{"box":"cryo","mqtt":{"host":"h","protocol":"{{{name}}}"}}""").Mqtt!.Connection.ProtocolVersion);

    [Theory]
    [InlineData("observer", RpcAccess.Read)]
    [InlineData("operator", RpcAccess.Control)]
    [InlineData("admin", RpcAccess.Admin)]
    public void Each_role_has_its_name(string name, RpcAccess access) =>
        Assert.Equal(access, GivenConfiguration.Read($$$"""{"box":"cryo","mqtt":{"host":"h","default_role":"{{{name}}}"}}""").Mqtt!.Bridge.DefaultRole);

    [Theory]
    [InlineData("", RpcAccess.Admin)]
    [InlineData(""","roles":{"alice":"admin"}""", RpcAccess.Read)]
    [InlineData(""","roles":{}""", RpcAccess.Read)]
    [InlineData(""","roles":{"alice":"admin"},"default_role":"operator" """, RpcAccess.Control)]
    [InlineData(""","default_role":"observer" """, RpcAccess.Read)]
    public void Who_names_roles_lets_all_others_only_look(string roles, RpcAccess others) =>
        Assert.Equal(others, GivenConfiguration.Read($$$"""{"box":"cryo","mqtt":{"host":"h"{{{roles}}}}}""").Mqtt!.Bridge.RoleOf("somebody"));

    [Fact]
    public void A_role_for_a_name_that_no_caller_can_have_is_told_why() =>
        GivenConfiguration.AssertMistakes(
            """
            {
              "box": "cryo",
              "mqtt": { "host": "h",
                "roles": { "alice": "operator", ▸"alice/bob": "admin", ▸"cryo": "operator", ▸"Eve": "observer", ▸"+": "admin" } }
            }
            """,
            CallerName.FindMistake("alice/bob")!,
            CallerName.IsBox("cryo"),
            CallerName.FindMistake("Eve")!,
            CallerName.FindMistake("+")!);

    [Theory]
    [InlineData("trace", LogLevel.Trace)]
    [InlineData("debug", LogLevel.Debug)]
    [InlineData("information", LogLevel.Information)]
    [InlineData("warning", LogLevel.Warning)]
    [InlineData("error", LogLevel.Error)]
    [InlineData("critical", LogLevel.Critical)]
    public void Each_log_level_has_its_name(string name, LogLevel level) =>
        Assert.Equal(level, GivenConfiguration.Read($$$"""{"box":"cryo","log":{"level":"{{{name}}}"}}""").LogLevel);

    [Fact]
    public void Everything_that_is_wrong_at_any_level_is_told_at_once_and_in_order() =>
        GivenConfiguration.AssertMistakes(
            """
            {
              ▸"bx": 1, "box": "cryo",
              "mqtt": { "host": "h", ▸"prot": 1,
                "tls": { ▸"cafile": "x", "ca_file": "box.json" } },
              "audit": { "file": "a.log", ▸"max": 1 },
              "log": { ▸"levle": "debug" },
              "instruments": { "pump": { "type": "pump", ▸"opn": true } },
              "tasks": { "a": { "type": "follower", ▸"arg": {}, "loop": { ▸"perod_ms": 1 } } }
            }
            """,
            "\"bx\" is not known here (did you mean \"box\"?); known are box, alias, mqtt, audit, state, locks, requests, signals, realtime, log, instruments, tasks.",
            "\"prot\" is not known here (did you mean \"port\"?); known are host, port, user, password_file, prefix, health_s, protocol, tls, roles, default_role, discovery.",
            "\"cafile\" is not known here (did you mean \"ca_file\"?); known are ca_file, certificate_file, key_file.",
            "\"max\" is not known here (did you mean \"max_bytes\"?); known are file, max_bytes.",
            "\"levle\" is not known here (did you mean \"level\"?); known are level, mqtt.",
            "\"opn\" is not known here (did you mean \"open\"?); known are type, args, open, simulated.",
            "\"arg\" is not known here (did you mean \"args\"?); known are type, args, settings, loop, priority, cpus, supervision, health, start, simulated.",
            "\"perod_ms\" is not known here (did you mean \"period_ms\"?); known are period_ms, policy, spin_us.");

    [Fact]
    public void Values_of_the_wrong_type_are_told_which_is_right() =>
        GivenConfiguration.AssertMistakes(
            """
            {
              ▸"box": 1,
              "mqtt": { ▸"host": true, ▸"port": "1883" },
              ▸"audit": "audit.log",
              ▸"log": "debug",
              "instruments": { ▸"pump": "pump" },
              "tasks": { "a": { "type": "idler", ▸"args": [], ▸"settings": null, ▸"loop": 10, ▸"start": "yes" },
                "b": { ▸"type": null } }
            }
            """,
            "/box must be a string, not 1.",
            "/mqtt/host must be a string, not true.",
            "/mqtt/port must be an integer, not \"1883\".",
            "/audit must be an object, not \"audit.log\".",
            "/log must be an object, not \"debug\".",
            "/instruments/pump must be an object, not \"pump\".",
            "/tasks/a/args must be an object, not an array.",
            "/tasks/a/settings must be an object, not null.",
            "/tasks/a/loop must be an object, not 10.",
            "/tasks/a/start must be a boolean, not \"yes\".",
            "/tasks/b/type must be a string, not null.");

    [Fact]
    public void What_is_missing_is_told_with_its_meaning_at_the_place_where_it_belongs() =>
        GivenConfiguration.AssertMistakes(
            """
            ▸{
              ▸"mqtt": { ▸"tls": {} },
              ▸"audit": {},
              ▸"state": {},
              "tasks": { ▸"a": {} }
            }
            """,
            "The file lacks \"box\" (Name of the box on the wire).",
            "/mqtt lacks \"host\" (Name or address of the broker).",
            "/mqtt/tls lacks \"ca_file\" (Certificates of the authorities that are trusted).",
            "/audit lacks \"file\" (The file).",
            "/state lacks \"folder\" (A folder for what the box must remember across restarts: settings, locks, requests).",
            "/tasks/a lacks \"type\" (Its type).");

    [Fact]
    public void A_name_given_twice_is_told_where_it_stands_for_the_second_time() =>
        GivenConfiguration.AssertMistakes(
            """
            {
              "box": "cryo", ▸"box": "cryo",
              "tasks": { "a": { "type": "idler" },
                ▸"a": { "type": "idler" },
                "b": { "type": "follower",
                  "args": { "channel": 1, ▸"channel": 2 } },
                "c": { "type": "follower",
                  "settings": { "rate": 10, ▸"rate": 20 } } }
            }
            """,
            "/box is given twice: keep one of them.",
            "/tasks/a is given twice: keep one of them.",
            "/tasks/b/args/channel is given twice: keep one of them.",
            "/tasks/c/settings/rate is given twice: keep one of them.");

    [Fact]
    public void What_is_out_of_range_is_told_the_limit() =>
        GivenConfiguration.AssertMistakes(
            """
            {
              "box": "cryo",
              "mqtt": { ▸"port": 65536, ▸"prefix": "/qmi/", ▸"health_s": 5, ▸"protocol": "4", "host": "h",
                "roles": { ▸"alice": "operater" }, ▸"default_role": "root" },
              "audit": { ▸"max_bytes": 4095, "file": "a.log" },
              "log": { ▸"level": "warn" },
              "tasks": { "a": { "type": "follower", "loop": { ▸"period_ms": 0.09, ▸"policy": "catchup" } },
                "b": { "type": "follower", "loop": { ▸"period_ms": 86400001 } },
                "c": { "type": "follower", "loop": { ▸"period_ms": 1e999 } } }
            }
            """,
            "/mqtt/port is 65536, the largest allowed is 65535.",
            "/mqtt/prefix is \"/qmi/\", which does not match ^[a-zA-Z0-9_-]+(/[a-zA-Z0-9_-]+)*$.",
            "/mqtt/health_s is 5 s, the smallest allowed is 10 s.",
            "/mqtt/protocol is \"4\", allowed are auto, 5, 3.1.1.",
            "/mqtt/roles/alice is \"operater\", allowed are observer, operator, admin (did you mean \"operator\"?).",
            "/mqtt/default_role is \"root\", allowed are observer, operator, admin.",
            "/audit/max_bytes is 4095, the smallest allowed is 4096.",
            "/log/level is \"warn\", allowed are trace, debug, information, warning, error, critical (did you mean \"warning\"?).",
            "/tasks/a/loop/period_ms is 0.09 ms, the smallest allowed is 0.1 ms.",
            "/tasks/a/loop/policy is \"catchup\", allowed are immediate, skip, terminate, catch_up (did you mean \"catch_up\"?).",
            "/tasks/b/loop/period_ms is 86400001 ms, the largest allowed is 86400000 ms.",
            "/tasks/c/loop/period_ms is 1e999, which does not fit a 64-bit floating-point number.");

    [Theory]
    [InlineData("Cryo")]
    [InlineData("_box")]
    [InlineData("cryo 1")]
    [InlineData("lab/cryo")]
    public void A_box_needs_a_name_that_can_be_part_of_a_topic(string name) =>
        GivenConfiguration.AssertMistakes(
            $$"""{▸"box":"{{name}}"}""",
            $"\"{name}\" is no name: use 1 to 63 lower-case letters, digits, '_' and '-', beginning with a letter or digit.");

    [Fact]
    public void A_configuration_that_is_no_object_is_refused() =>
        GivenConfiguration.AssertMistakes("▸[]", "The file must be an object, not an array.");

    [Fact]
    public void A_mistake_is_written_as_compilers_write_theirs_so_that_editors_find_it()
    {
        var error = Assert.Single(Assert.Throws<ConfigurationException>(() => GivenConfiguration.Read("[]")).Errors);

        Assert.Equal("box.json:1:1: The file must be an object, not an array.", error.ToString());
        Assert.Equal(new ConfigurationError("box.json", 1, 1, "The file must be an object, not an array."), error);
    }
}
