namespace Qmi.Edge.Bridge.Tests;

/// <summary>Makes the part of a request's topic below the box: mostly a right one, now and then one that nobody should use.</summary>
internal static class AddressGenerator
{
    private static readonly string[] Verbs = ["get", "call", "admin"];
    private static readonly string[] Names = ["anvi1", "x", "_", "_lock", "ANVIL", "an vil", "\u20ac", "\ud83d\ude00", "\"", "\\", "{}", "%s", "..", "$share", new('n', 64), new('n', 3000)];

    public static string Next(Random random, string caller, IReadOnlyDictionary<string, string[]> methods)
    {
        var verb = Verbs[random.Next(Verbs.Length)];
        if (random.Next(40) == 0)
            return Strange(random, verb, caller);
        // The instrument's own methods most of all: the built-in ones take less, and some of them wait.
        var target = random.Next(10) switch { < 7 => "anvil", < 9 => "laboratory", _ => "_box" };
        var names = methods[target];
        var method = target == "anvil" && random.Next(2) == 0 ? random.Next(4) switch { 0 => "strike", 1 => "forge", 2 => "echo", _ => "count" } : names[random.Next(names.Length)];
        if (random.Next(4) != 0)
            verb = method is "echo" or "count" || method.StartsWith("get_", StringComparison.Ordinal) || method.StartsWith("is_", StringComparison.Ordinal) ? "get" : "call";
        return random.Next(20) switch
        {
            0 => $"{verb}/{caller}/{Names[random.Next(Names.Length)]}/{method}",
            1 => $"{verb}/{caller}/{target}/{Names[random.Next(Names.Length)]}",
            _ => $"{verb}/{caller}/{target}/{method}",
        };
    }

    private static string Strange(Random random, string verb, string caller) => random.Next(7) switch
    {
        0 => $"{verb}/{caller}",
        1 => $"{verb}/{caller}/",
        2 => $"{verb}/{caller}/anvil",
        3 => $"{verb}/{caller}//",
        4 => $"{verb}/{caller}/anvil/strike/",
        5 => $"{verb}/{caller}/anvil/strike/a/b/c",
        // As long as a topic may be: what is answered has a longer one.
        _ => $"{verb}/{caller}/anvil/{new string('m', 65_535 - 25 - verb.Length - caller.Length)}",
    };
}
