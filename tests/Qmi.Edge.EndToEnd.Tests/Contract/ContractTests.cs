namespace Qmi.Edge.EndToEnd.Tests;

/// <summary>Runs docs/reference/mqtt.md from its first line to its last: what it tells people to type, against what it says they will see.</summary>
public class ContractTests
{
    private static readonly string Page = Checkout.PathOf("docs", "reference", "mqtt.md");

    [Fact]
    [Trait("rule", "MQTT-2.2.7")]
    public void Every_example_of_the_contract_does_what_it_says()
    {
        using var given = new GivenStage();
        var examples = ContractPage.Read(Page).ToArray();
        Assert.True(examples.Length > 15, $"Only {examples.Length} examples were found.");
        var failures = new List<string>();
        foreach (var example in examples)
        {
            var from = given.Supervisor.Seen.Count;
            var printed = given.Type(example.Commands).Select(line => line.Split(' ', 2)).Where(parts => parts.Length == 2).ToArray();
            foreach (var expected in example.Messages)
            {
                bool IsSeen() => printed.Any(parts => expected.IsMetBy(parts[0], parts[1])) || given.Supervisor.Seen.Skip(from).Any(message => expected.IsMetBy(message.Topic, message.Payload));
                if (SpinWait.SpinUntil(IsSeen, example.Messages.Count == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(10)))
                    continue;
                var there = given.Supervisor.Seen.Skip(from).Where(message => message.Topic == expected.Topic).Select(message => message.Payload).Concat(printed.Where(parts => parts[0] == expected.Topic).Select(parts => parts[1]));
                failures.Add($"line {example.Line}: {example.Commands}\n  expected {expected.Topic} {expected.Payload}\n  seen there:\n    {string.Join("\n    ", there.TakeLast(5))}");
            }
        }

        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
    }

    [Fact]
    public void An_example_that_is_wrong_is_noticed()
    {
        var expected = new ExpectedMessage("a/b", """{"id":"k1","n":…,"token":"t-…","list":[1,…],"more":{"x":1,…}}""");

        Assert.True(expected.IsMetBy("a/b", """{"n":5,"id":"k1","token":"t-xyz","list":[1,2],"more":{"x":1,"y":2}}"""));
        Assert.True(new ExpectedMessage("a/b", "{…}").IsMetBy("a/b", """{"any":1}"""));
        Assert.False(expected.IsMetBy("a/c", """{"n":5,"id":"k1","token":"t-xyz","list":[1,2],"more":{"x":1}}"""));
        Assert.False(expected.IsMetBy("a/b", """{"n":5,"id":"k2","token":"t-xyz","list":[1,2],"more":{"x":1}}"""));
        Assert.False(expected.IsMetBy("a/b", """{"n":5,"id":"k1","token":"x","list":[1,2],"more":{"x":1}}"""));
        Assert.False(expected.IsMetBy("a/b", """{"n":5,"id":"k1","token":"t-","list":[1,2,3],"more":{"x":1}}"""));
        Assert.False(expected.IsMetBy("a/b", """{"n":5,"id":"k1","token":"t-","list":[1,2],"more":{}}"""));
        Assert.False(expected.IsMetBy("a/b", """{"n":5,"id":"k1","token":"t-","list":[1,2],"more":{"x":1},"surplus":1}"""));
    }
}
