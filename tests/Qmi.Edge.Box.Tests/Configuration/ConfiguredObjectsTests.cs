using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box.Tests;

public class ConfiguredObjectsTests
{
    [Fact]
    public void A_task_is_read_with_its_type_arguments_settings_period_and_policy()
    {
        var task = Assert.Single(GivenConfiguration.Read("""
            {"box":"cryo","tasks":{"stage":{"type":"follower","args":{"channel":2},"settings":{"rate":20},"loop":{"period_ms":0.1,"policy":"catch_up"},"start":false}}}
            """).Tasks);

        Assert.Equal(("stage", Follower.EdgeType, false), (task.Name, (TaskType<FollowerSettings, Nothing>)task.Type, task.Start));
        Assert.Equal("""{"channel":2}""", task.Arguments.GetRawText());
        Assert.Equal((TimeSpan.FromMicroseconds(100), MissedLoopPolicy.CatchUp), (task.Options.Period, task.Options.Policy!.Value));
        Assert.Equal(new FollowerSettings { Rate = 20, Label = "" }, Assert.IsType<TaskOptions<FollowerSettings>>(task.Options).Settings);
    }

    [Fact]
    public void A_task_needs_only_a_type()
    {
        var task = Assert.Single(GivenConfiguration.Read("""{"box":"cryo","tasks":{"stage":{"type":"follower"}}}""").Tasks);

        Assert.True(task.Start);
        Assert.Equal(new TaskOptions(), task.Options);
        Assert.Equal("{}", task.Arguments.GetRawText());
    }

    [Theory]
    [InlineData("immediate", MissedLoopPolicy.Immediate)]
    [InlineData("skip", MissedLoopPolicy.Skip)]
    [InlineData("terminate", MissedLoopPolicy.Terminate)]
    [InlineData("catch_up", MissedLoopPolicy.CatchUp)]
    public void Each_policy_has_its_name(string name, MissedLoopPolicy policy)
    {
        var task = Assert.Single(GivenConfiguration.Read("""{"box":"cryo","tasks":{"stage":{"type":"follower","loop":{"policy":"NAME"}}}}""".Replace("NAME", name)).Tasks);

        Assert.Equal((null, policy), (task.Options.Period, task.Options.Policy));
        Assert.Equal(Enum.GetValues<MissedLoopPolicy>().Length, ConfigurationSchema.Policies.Length);
    }

    [Fact]
    public void An_instrument_is_opened_unless_it_says_otherwise()
    {
        var instruments = GivenConfiguration.Read("""{"box":"cryo","instruments":{"a":{"type":"pump"},"b":{"type":"pump","open":false}}}""").Instruments;

        Assert.Equal([("a", true), ("b", false)], instruments.Select(instrument => (instrument.Name, instrument.Open)));
    }

    [Fact]
    public void A_type_that_is_not_there_is_told_with_those_that_are() =>
        GivenConfiguration.AssertMistakes(
            """
            {"box":"cryo",
             "instruments": { "my-pump": { ▸"type": "pmup" } },
             "tasks": { "laser": { ▸"type": "laser", "args": { "whatever": 1 }, "settings": { "is": "not looked at" } } }}
            """,
            "There is no type \"pmup\" (did you mean \"pump\"?); this program has gate, misbuilt, pump, scpi_cryostat.",
            "There is no type \"laser\"; this program has broken, excursion_log, follower, hanger, host_monitor, idler, lingerer, my_task, thermostat.");

    [Fact]
    public void A_program_without_types_says_so()
    {
        var text = System.Text.Encoding.UTF8.GetBytes("""{"box":"cryo","tasks":{"a":{"type":"idler"}}}""");

        var error = Assert.Single(Assert.Throws<ConfigurationException>(() => ConfigurationReader.Read("box.json", text, new TypeCatalog())).Errors);

        Assert.Equal("There is no type \"idler\"; this program has none.", error.Message);
    }

    [Fact]
    public void A_type_of_the_other_kind_is_told_where_it_belongs() =>
        GivenConfiguration.AssertMistakes(
            """
            {"box":"cryo",
             "instruments": { "a": { ▸"type": "idler" } },
             "tasks": { "b": { ▸"type": "pump" } }}
            """,
            "\"idler\" is a type of tasks: move this to \"tasks\".",
            "\"pump\" is a type of instruments: move this to \"instruments\".");

    [Fact]
    public void Arguments_that_are_wrong_unknown_or_missing_are_told_with_those_of_the_type() =>
        GivenConfiguration.AssertMistakes(
            """
            {"box":"cryo", "instruments": {
             "cryostat": { "type": "scpi_cryostat", ▸"args": { ▸"transpot": "tcp:h:1" } },
             ▸"gate": { "type": "gate" } },
             "tasks": {
             "a": { "type": "follower", "args": { ▸"channel": 5 } },
             "b": { "type": "follower", "args": { ▸"channel": "one" } },
             "c": { "type": "follower", "args": { ▸"leader": 1 } },
             "d": { "type": "broken", "args": { ▸"reason": null } } }}
            """,
            "/instruments/cryostat/args lacks \"transport\" (Where it is, for example tcp:192.168.1.7:5025).",
            "\"transpot\" is not known here (did you mean \"transport\"?); known are transport.",
            "/instruments/gate/args lacks \"file\".",
            "/tasks/a/args/channel is 5, the largest allowed is 4.",
            "/tasks/b/args/channel must be an integer, not \"one\".",
            "/tasks/c/args/leader must be a string, not 1.",
            "/tasks/d/args/reason must be a string, not null.");

    [Fact]
    public void Settings_that_are_out_of_range_or_unknown_are_told_all_at_once_beside_wrong_arguments() =>
        GivenConfiguration.AssertMistakes(
            """
            {"box":"cryo", "tasks": {
             "a": { "type": "follower", "args": { ▸"channel": 0 },
              "settings": { ▸"rate": 401, ▸"label": "123456789", ▸"lable": "" } },
             "b": { "type": "follower", "settings": { ▸"rate": "fast" } } }}
            """,
            "/tasks/a/args/channel is 0, the smallest allowed is 1.",
            "/tasks/a/settings/rate is 401 Hz, the largest allowed is 400 Hz.",
            "/tasks/a/settings/label has 9 characters, at most 8 are allowed.",
            "\"lable\" is not known here (did you mean \"label\"?); known are rate, label.",
            "/tasks/b/settings/rate must be a number, not \"fast\".");

    [Fact]
    public void Settings_of_a_task_that_has_none_are_a_mistake_and_an_empty_object_is_not()
    {
        GivenConfiguration.AssertMistakes(
            """{"box":"cryo","tasks":{"a":{"type":"idler",▸"settings":{"rate":1}}}}""",
            "A task of type \"idler\" has no settings: take them away.");
        Assert.Single(GivenConfiguration.Read("""{"box":"cryo","tasks":{"a":{"type":"idler","settings":{}}}}""").Tasks);
    }

    [Fact]
    public void A_reference_to_what_is_not_there_is_told_the_nearest() =>
        GivenConfiguration.AssertMistakes(
            """
            {"box":"cryo",
             "instruments": { "pump": { "type": "pump" }, "next": { "type": "pump", "args": { ▸"feeds": "pmp" } } },
             "tasks": {
              "a": { "type": "idler", "args": { ▸"pump": "laser" } },
              "b": { "type": "follower", "args": { ▸"leader": "" } } }}
            """,
            "\"feeds\" names \"pmp\", which this box does not have (did you mean \"pump\"?).",
            "\"pump\" names \"laser\", which this box does not have.",
            "\"leader\" names \"\", which this box does not have.");

    [Fact]
    public void An_instrument_cannot_refer_to_a_task() =>
        GivenConfiguration.AssertMistakes(
            """
            {"box":"cryo", "tasks": { "stage": { "type": "follower" } },
             "instruments": { "pump": { "type": "pump", "args": { ▸"follows": "stage" } } }}
            """,
            "\"follows\" names the task \"stage\", but instruments are made before tasks: an instrument can refer to instruments only.");

    [Fact]
    public void What_is_referred_to_is_made_first_and_otherwise_the_order_of_the_file_stays()
    {
        var configuration = GivenConfiguration.Read("""
            {"box":"cryo",
             "instruments":{"z":{"type":"pump"},"late":{"type":"pump","args":{"feeds":"early"}},"a":{"type":"pump"},"early":{"type":"pump"}},
             "tasks":{"third":{"type":"follower","args":{"leader":"second"}},"y":{"type":"idler","args":{"pump":"late"}},"second":{"type":"follower","args":{"leader":"first"}},"first":{"type":"follower"}}}
            """);

        Assert.Equal(["z", "early", "late", "a"], configuration.Instruments.Select(instrument => instrument.Name));
        Assert.Equal(["first", "second", "third", "y"], configuration.Tasks.Select(task => task.Name));
    }

    [Fact]
    public void Each_circle_of_references_is_shown_and_what_only_leads_to_it_is_not() =>
        GivenConfiguration.AssertMistakes(
            """
            {"box":"cryo", "tasks": {
             ▸"self": { "type": "follower", "args": { "leader": "self" } },
             "outside": { "type": "follower", "args": { "leader": "a" } },
             ▸"a": { "type": "follower", "args": { "leader": "b" } },
             "b": { "type": "follower", "args": { "leader": "c" } },
             "c": { "type": "follower", "args": { "leader": "a" } } },
             "instruments": {
             ▸"left": { "type": "pump", "args": { "feeds": "right" } },
             "right": { "type": "pump", "args": { "feeds": "left" } } }}
            """,
            "\"self\" refers to itself: it would have to be made before itself.",
            "These refer to each other in a circle: a -> b -> c -> a. Each would have to be made before the other.",
            "These refer to each other in a circle: left -> right -> left. Each would have to be made before the other.");

    [Fact]
    public void Names_follow_the_rules_and_are_used_once_in_a_box() =>
        GivenConfiguration.AssertMistakes(
            """
            {"box":"cryo",
             "instruments": { ▸"Pump 1": { "type": "pump" }, "same": { "type": "pump" } },
             "tasks": { ▸"same": { "type": "idler" }, ▸"_box": { "type": "idler" }, ▸"a/b~c": { "type": "idler" } }}
            """,
            "\"Pump 1\" is no name: use 1 to 63 lower-case letters, digits, '_' and '-', beginning with a letter or digit.",
            "An instrument is named \"same\" already: names are unique in a box.",
            "\"_box\" is no name: use 1 to 63 lower-case letters, digits, '_' and '-', beginning with a letter or digit.",
            "\"a/b~c\" is no name: use 1 to 63 lower-case letters, digits, '_' and '-', beginning with a letter or digit.");
}
