namespace Qmi.Edge.Runtime.Tests;

[Trait("rule", "TASK-12")]
public class ObjectNameTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("0")]
    [InlineData("stage-1")]
    [InlineData("x_y-z9")]
    [InlineData("a-")]
    [InlineData("a_")]
    public void Lower_case_letters_digits_underscores_and_hyphens_make_a_name(string name)
    {
        Assert.True(ObjectName.IsValid(name));
        ObjectName.ThrowIfInvalid(name, "task");
    }

    [Theory]
    [InlineData("")]
    [InlineData("A")]
    [InlineData("_box")]
    [InlineData("-a")]
    [InlineData("a b")]
    [InlineData("a.b")]
    [InlineData("a/b")]
    [InlineData("a+")]
    [InlineData("a#")]
    [InlineData("é")]
    [InlineData("a\n")]
    [InlineData("a\0")]
    [InlineData("١")]
    public void Anything_else_is_refused_with_the_rule(string name)
    {
        Assert.False(ObjectName.IsValid(name));

        var error = Assert.Throws<QmiException>(() => ObjectName.ThrowIfInvalid(name, "task"));

        Assert.Equal(ErrorCode.BadArgs, error.Code);
        Assert.Equal($"\"{name}\" is no task name: use 1 to 63 lower-case letters, digits, '_' and '-', beginning with a letter or digit.", error.Message);
    }

    [Fact]
    public void The_longest_name_has_63_characters()
    {
        Assert.True(ObjectName.IsValid(new string('a', 63)));
        Assert.False(ObjectName.IsValid(new string('a', 64)));
    }

    [Fact]
    public async Task Boxes_tasks_and_instruments_obey_the_same_rules()
    {
        await using var given = new GivenBox();

        Assert.Contains("no box name", Assert.Throws<QmiException>(() => new EdgeBox("Box 1")).Message);
        Assert.Contains("no task name", Assert.Throws<QmiException>(() => given.Task(_ => { }, "Task 1")).Message);
        Assert.Contains("no instrument name", Assert.Throws<QmiException>(() => given.Instrument(_ => 0, "Instrument 1")).Message);
    }
}
