using System.Globalization;
using System.Text;

namespace Qmi.Edge.Runtime.Tests;

/// <summary>Random values, spelled at random, against a reference that is as simple as it can be.</summary>
public class CanonicalPropertyTests
{
    private const int Rounds = 5_000;

    // Characters that are escaped, that need not be, and whose order differs between UTF-8 and UTF-16.
    private const string Characters = "ab/\"\\\0\u0001\u001f\b\t\n\f\r \u007f\u0080é€\u2028\ud83d\ude00\ufb33";

    [Fact]
    public void Any_spelling_of_a_value_has_the_form_that_the_reference_gives_it()
    {
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new Random(seed);
            var value = Value(random, depth: 0);
            var expected = ReferenceCanonicalJson.Of(value);
            var one = Spell(random, value);
            var other = Spell(random, value);

            Assert.True(expected == CanonicalJsonTests.Canonical(one), $"seed {seed}: {one}\nshould be {expected}\nand is {CanonicalJsonTests.Canonical(one)}");
            Assert.Equal(ContentHash.Of(Encoding.UTF8.GetBytes(one)), ContentHash.Of(Encoding.UTF8.GetBytes(other)));
            Assert.Equal(expected, CanonicalJsonTests.Canonical(expected));
        }
    }

    private static object? Value(Random random, int depth) => random.Next(depth < 4 ? 7 : 5) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => random.NextInt64(-1L << random.Next(63), 1L << random.Next(63)),
        3 => Math.Round(random.NextDouble() * 100, random.Next(16)) * Math.Pow(10, random.Next(-30, 30)),
        4 => Text(random),
        5 => Enumerable.Range(0, random.Next(5)).Select(_ => Value(random, depth + 1)).ToArray(),
        _ => Enumerable.Range(0, random.Next(8)).Select(_ => Text(random)).Distinct().ToDictionary(name => name, _ => Value(random, depth + 1)),
    };

    private static string Text(Random random)
    {
        var text = new StringBuilder();
        for (var length = random.Next(6); length > 0; length--)
        {
            var character = Characters[random.Next(Characters.Length)];
            text.Append(char.IsSurrogate(character) ? "\ud83d\ude00" : character.ToString());
        }

        return text.ToString();
    }

    private static string Spell(Random random, object? value)
    {
        var text = value switch
        {
            null => "null",
            bool flag => flag ? "true" : "false",
            long number => number.ToString(CultureInfo.InvariantCulture),
            double number => Spell(random, number),
            string characters => Spell(random, characters),
            object?[] items => "[" + string.Join(',', items.Select(item => Spell(random, item))) + "]",
            Dictionary<string, object?> members => "{" + string.Join(',', Shuffled(random, members).Select(pair => Spell(random, pair.Key) + Space(random) + ":" + Spell(random, pair.Value))) + "}",
            _ => throw new ArgumentException($"no spelling for {value}"),
        };
        return Space(random) + text + Space(random);
    }

    private static KeyValuePair<string, object?>[] Shuffled(Random random, Dictionary<string, object?> members)
    {
        var pairs = members.ToArray();
        random.Shuffle(pairs);
        return pairs;
    }

    // With a point or an exponent always: an integer text is taken as it stands, whatever its size.
    private static string Spell(Random random, double number) =>
        number.ToString(random.Next(3) switch { 0 => "E16", 1 => "e20", _ => "F340" }, CultureInfo.InvariantCulture);

    private static string Spell(Random random, string characters)
    {
        var text = new StringBuilder("\"");
        foreach (var rune in characters.EnumerateRunes())
        {
            var escape = rune.Value is < ' ' or '"' or '\\' || random.Next(3) == 0;
            text.Append(escape ? string.Concat(rune.ToString().Select(unit => "\\u" + ((int)unit).ToString(random.Next(2) == 0 ? "x4" : "X4"))) : rune.ToString());
        }

        return text.Append('"').ToString();
    }

    private static string Space(Random random) => random.Next(4) switch { 0 => " ", 1 => "\r\n\t", _ => "" };
}
