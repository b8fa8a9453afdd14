using System.Text;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box.Tests;

public sealed class ConfiguredFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_configuration_is_read_from_its_file_and_files_are_named_from_where_it_is()
    {
        _folder.Write("secret.txt", "correct horse\n");
        _folder.Write("ca.pem", "");
        _folder.Write("box.pem", "");
        _folder.Write("box.key", "");
        var file = _folder.Write("box.json", """
            {"box":"cryo",
             "mqtt":{"host":"h","user":"cryo","password_file":"secret.txt","tls":{"ca_file":"ca.pem","certificate_file":"./box.pem","key_file":"box.key"}},
             "audit":{"file":"audit.jsonl","max_bytes":5000}}
            """);

        var configuration = ConfigurationReader.Read(file, GivenTypes.Catalog());

        var connection = configuration.Mqtt!.Connection;
        Assert.Equal("correct horse", connection.Password);
        Assert.Equal((_folder.PathOf("ca.pem"), _folder.PathOf("box.pem"), _folder.PathOf("box.key")), (connection.Tls!.CaFile, connection.Tls.CertificateFile, connection.Tls.KeyFile));
        Assert.Equal(new AuditConfiguration(_folder.PathOf("audit.jsonl"), 5000), configuration.Audit);
        connection.ThrowIfInvalid();
    }

    [Fact]
    public void The_audit_log_has_16_MiB_unless_it_says_otherwise() =>
        Assert.Equal(16 << 20, Read("""{"box":"cryo","audit":{"file":"audit.jsonl"}}""").Audit!.MaxBytes);

    [Fact]
    public void Files_that_cannot_be_read_are_told_all_at_once()
    {
        _folder.Write("empty.txt", "\n");
        Assert.Equal(
            [
                $"1:50: {_folder.PathOf("nowhere/secret.txt")} does not exist.",
                $"2:9: {_folder.PathOf("ca.pem")} does not exist.",
                $"2:31: {_folder.Name} is a folder: name a file in it.",
                $"2:55: \"a\\0b\" is no file name.",
            ],
            Mistakes("""
                {"box":"cryo","mqtt":{"host":"h","user":"cryo",  "password_file":"nowhere/secret.txt",
                 "tls":{"ca_file":"ca.pem",   "certificate_file":".", "key_file":"a\u0000b"}}}
                """));
    }

    [Theory]
    [InlineData("", "is empty: write the password into it, on one line.")]
    [InlineData("\r\n", "is empty: write the password into it, on one line.")]
    [InlineData("-----BEGIN\nKEY-----\n", "has more than one line, so it is no password: write the password into it, on one line.")]
    public void A_file_that_holds_no_password_is_told(string text, string mistake)
    {
        _folder.Write("secret.txt", text);

        Assert.Equal(
            [$"1:48: {_folder.PathOf("secret.txt")} {mistake}"],
            Mistakes("""{"box":"cryo","mqtt":{"host":"h","user":"cryo","password_file":"secret.txt"}}"""));
    }

    [Fact]
    public void A_password_needs_a_user()
    {
        _folder.Write("secret.txt", "correct horse");

        Assert.Equal(
            ["1:34: A password needs a \"user\" beside it: brokers take no password alone."],
            Mistakes("""{"box":"cryo","mqtt":{"host":"h","password_file":"secret.txt"}}"""));
    }

    [Theory]
    [InlineData("certificate_file")]
    [InlineData("key_file")]
    public void A_certificate_and_its_key_belong_together(string given)
    {
        _folder.Write("x.pem", "");

        Assert.Equal(
            ["1:34: \"certificate_file\" and \"key_file\" belong together: give both or neither."],
            Mistakes("""{"box":"cryo","mqtt":{"host":"h","tls":{"ca_file":"x.pem","GIVEN":"x.pem"}}}""".Replace("GIVEN", given)));
    }

    [Fact]
    public void The_folder_of_the_audit_log_must_be_there()
    {
        Assert.Equal(
            [$"1:24: The folder {_folder.PathOf("logs")} does not exist: create it, and let the box write there."],
            Mistakes("""{"box":"cryo","audit":{"file":"logs/audit.jsonl"}}"""));
        Assert.Equal(
            [$"1:24: {_folder.Name} is a folder: name a file in it."],
            Mistakes("""{"box":"cryo","audit":{"file":"."}}"""));
        Assert.Equal(
            ["1:24: /audit/file has 0 characters, at least 1 are needed."],
            Mistakes("""{"box":"cryo","audit":{"file":""}}"""));
    }

    [Fact]
    public void The_folder_of_the_state_is_named_from_where_the_file_is_and_need_not_exist()
    {
        Assert.Equal(_folder.PathOf("var/state"), Read("""{"box":"cryo","state":{"folder":"var/state"}}""").State!.Folder);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Name));
    }

    [Fact]
    public void A_folder_that_the_running_box_uses_is_no_mistake()
    {
        using var used = new FolderDisk(_folder.PathOf("state"));

        Assert.Equal(used.Root, Read("""{"box":"cryo","state":{"folder":"state"}}""").State!.Folder);
        Assert.Equal([".in-use"], Directory.GetFileSystemEntries(used.Root).Select(Path.GetFileName));
    }

    [Fact]
    public void A_state_folder_that_cannot_be_used_is_told()
    {
        _folder.Write("file", "");

        Assert.Equal([$"1:24: {_folder.PathOf("file")} is a file: name a folder."], Mistakes("""{"box":"cryo","state":{"folder":"file"}}"""));
        Assert.Equal([$"1:24: {_folder.PathOf("file")} is a file: name a folder."], Mistakes("""{"box":"cryo","state":{"folder":"file/state"}}"""));
        Assert.Equal(["1:24: \"a\\0b\" is no file name."], Mistakes("""{"box":"cryo","state":{"folder":"a\u0000b"}}"""));
        Assert.StartsWith("1:24: /proc/qmi-edge cannot be made in /proc (", Assert.Single(Mistakes("""{"box":"cryo","state":{"folder":"/proc/qmi-edge"}}""")));
        Assert.StartsWith("1:24: /proc cannot be written (", Assert.Single(Mistakes("""{"box":"cryo","state":{"folder":"/proc"}}""")));
    }

    [Fact]
    public void A_configuration_that_cannot_be_read_is_a_mistake_like_any_other()
    {
        Assert.Equal($"{_folder.PathOf("nope.json")}:1:1: The configuration cannot be read: {_folder.PathOf("nope.json")} does not exist.", ReadFile(_folder.PathOf("nope.json")));
        Assert.Equal($"{_folder.Name}:1:1: The configuration cannot be read: {_folder.Name} is a folder: name a file in it.", ReadFile(_folder.Name));
        Assert.Equal(":1:1: The configuration cannot be read: \"\" is no file name.", ReadFile(""));
    }

    private static string ReadFile(string file) =>
        Assert.Single(Assert.Throws<ConfigurationException>(() => ConfigurationReader.Read(file, GivenTypes.Catalog())).Errors).ToString();

    private BoxConfiguration Read(string text) => ConfigurationReader.Read(_folder.PathOf("box.json"), Encoding.UTF8.GetBytes(text), GivenTypes.Catalog());

    private string[] Mistakes(string text) =>
        [.. Assert.Throws<ConfigurationException>(() => Read(text)).Errors.Select(error => $"{error.Line}:{error.Column}: {error.Message}")];
}
