namespace Qmi.Edge.EndToEnd.Tests;

public class CommandLineTests
{
    [Fact]
    public void The_binary_is_native_and_says_its_version()
    {
        using var process = new ChildProcess(Published.Program("qmi-edge"), "version");

        Assert.Equal(0, process.WaitForExit());
        Assert.Matches(@"^Qmi\.Edge \d+\.\d+\.\d+ \(.NET .*, native, linux-", Assert.Single(process.Output));
    }

    [Fact]
    public void A_wrong_configuration_is_told_with_every_mistake_and_its_place_and_exit_code_6()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, """
            {
              "box": "lab-1",
              "task": {},
              "tasks": { "host": { "type": "host_monitr", "loop": { "period_ms": 0 } } }
            }
            """);

        using var process = new ChildProcess(Published.Program("qmi-edge"), "validate", file);
        var exitCode = process.WaitForExit();
        File.Delete(file);

        Assert.Equal(6, exitCode);
        Assert.Contains(process.Errors, line => line.StartsWith($"{file}:3:3: ", StringComparison.Ordinal) && line.Contains("did you mean \"tasks\"?"));
        Assert.Contains(process.Errors, line => line.StartsWith($"{file}:4:", StringComparison.Ordinal) && line.Contains("0.1"));
    }

    [Theory]
    [InlineData]
    [InlineData("rnu")]
    [InlineData("validate")]
    [InlineData("run", "a.json", "b.json")]
    public void A_wrong_command_line_is_exit_code_2(params string[] arguments)
    {
        using var process = new ChildProcess(Published.Program("qmi-edge"), arguments);

        Assert.Equal(2, process.WaitForExit());
        Assert.NotEmpty(process.Errors);
    }

    [Fact]
    public void The_sample_configuration_is_valid()
    {
        using var process = new ChildProcess(Published.Program("cryo"), "validate", Checkout.PathOf("samples", "cryo", "box.json"));

        Assert.Equal(0, process.WaitForExit());
        Assert.EndsWith("box.json is valid.", process.Output[0]);
    }
}
