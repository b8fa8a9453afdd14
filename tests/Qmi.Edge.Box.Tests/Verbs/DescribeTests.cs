using System.Text.Json;

namespace Qmi.Edge.Box.Tests;

[Collection(ConsoleCollection.Name)]
public sealed class DescribeTests : IDisposable
{
    // The most that every broker, bridge and supervisor takes without being told to: contract, section 2.13.
    private const int AdvisedSize = 64 * 1024;

    private static readonly string Sample = Path.Combine(AppContext.BaseDirectory, "box.json");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_sample_box_is_described_as_AsyncAPI_that_its_own_parser_accepts() =>
        Assert.Empty(Validators.AsyncApi(await DescribeAsync("--format", "asyncapi")));

    [Fact]
    public async Task The_sample_box_is_described_as_a_thing_that_the_W3C_accepts() =>
        Assert.Empty(Validators.Thing(await DescribeAsync("--format", "wot")));

    [Fact]
    public async Task The_info_documents_of_the_sample_box_and_what_Home_Assistant_is_shown_stay_small()
    {
        foreach (var description in JsonDocument.Parse(await DescribeAsync()).RootElement.EnumerateObject())
            Assert.InRange(Compact(description.Value), 1, AdvisedSize / 2);
        Assert.InRange(Compact(JsonDocument.Parse(await DescribeAsync("--format", "homeassistant")).RootElement), 1, AdvisedSize / 2);
    }

    [Fact]
    public async Task Without_a_format_the_objects_are_described_as_their_info_documents_are()
    {
        var document = JsonDocument.Parse(await DescribeAsync()).RootElement;

        Assert.Equal(["cryostat", "thermostat", "excursions", "host", "_box"], document.EnumerateObject().Select(member => member.Name));
        Assert.Equal("K", document.GetProperty("thermostat").GetProperty("settings").GetProperty("properties").GetProperty("setpoint").GetProperty("unit").GetString());
        Assert.Equal("#/settings", document.GetProperty("thermostat").GetProperty("methods").GetProperty("get_settings").GetProperty("result").GetProperty("$ref").GetString());
        Assert.StartsWith("sha256:", document.GetProperty("thermostat").GetProperty("hash").GetString());
    }

    [Fact]
    public async Task One_object_is_described_alone() =>
        Assert.Equal(["host"], JsonDocument.Parse(await DescribeAsync("--object", "host")).RootElement.EnumerateObject().Select(member => member.Name));

    [Fact]
    public async Task A_description_goes_into_a_file()
    {
        var file = _folder.PathOf("box.asyncapi.json");

        var console = await CapturedConsole.RunAsync("describe", Sample, "--format", "asyncapi", "--output", file);

        Assert.Equal((ExitCode.Ok, "", ""), (console.ExitCode, console.Output, console.Errors));
        Assert.Equal("3.0.0", JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("asyncapi").GetString());
    }

    [Theory]
    [InlineData(ExitCode.Usage, "--format is \"asynapi\" (did you mean \"asyncapi\"?): it can be native, asyncapi, wot, homeassistant.", "--format", "asynapi")]
    [InlineData(ExitCode.Usage, "There is no object \"termostat\" in box cryo (did you mean \"thermostat\"?).", "--object", "termostat")]
    [InlineData(ExitCode.Failed, "/nowhere/a.json cannot be written: ", "--output", "/nowhere/a.json")]
    public async Task What_cannot_be_described_is_told(int exitCode, string message, params string[] options)
    {
        var console = await CapturedConsole.RunAsync(["describe", Sample, .. options]);

        Assert.Equal((exitCode, ""), (console.ExitCode, console.Output));
        Assert.StartsWith(message, console.Errors);
    }

    [Fact]
    public async Task What_a_box_shows_Home_Assistant_is_what_its_configuration_says()
    {
        var file = _folder.Write("box.json", """
            {"box":"cryo","mqtt":{"host":"h","roles":{"ha":"operator"},"discovery":{"home_assistant":{"user":"ha"}}},"tasks":{"f":{"type":"follower"}}}
            """);

        var console = await CapturedConsole.RunAsync("describe", file, "--format", "homeassistant");

        var components = JsonDocument.Parse(console.Output).RootElement.GetProperty("cmps").EnumerateObject().Select(component => component.Name);
        Assert.Equal(["f.sensor._state", "f.number.rate", "f.button.start", "f.button.stop", "f.button.restart"], components);
    }

    private static async Task<string> DescribeAsync(params string[] options)
    {
        var console = await CapturedConsole.RunAsync(["describe", Sample, .. options]);
        Assert.Equal((ExitCode.Ok, ""), (console.ExitCode, console.Errors));
        return console.Output;
    }

    private static int Compact(JsonElement document)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
            document.WriteTo(writer);
        return (int)bytes.Length;
    }
}
