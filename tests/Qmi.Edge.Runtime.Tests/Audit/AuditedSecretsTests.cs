using System.Text.Json.Serialization;

namespace Qmi.Edge.Runtime.Tests;

public class AuditedSecretsTests
{
    private static readonly Schema Password = new() { Type = SchemaType.String, MinLength = 8, WriteOnly = true };
    private static readonly Schema Account = new() { Type = SchemaType.Object, Properties = [new("user", new Schema { Type = SchemaType.String }), new("password", Password)] };

    [Theory]
    [InlineData("""{"user":"alice","password":"correct horse"}""", """{"user":"alice","password":"***"}""")]
    [InlineData("""{"password":null}""", """{"password":"***"}""")]
    [InlineData("""{"password":{"was":"correct horse"}}""", """{"password":"***"}""")]
    public void A_secret_member_is_masked_whatever_it_is(string value, string expected) =>
        Assert.Equal(expected, Secrets.ToText(CallTests.Json(value), Account));

    [Fact]
    public void Secrets_in_lists_and_dictionaries_are_masked()
    {
        var list = new Schema { Type = SchemaType.Array, Items = Account };
        var dictionary = new Schema { Type = SchemaType.Object, AdditionalProperties = list };

        Assert.Equal("""[{"user":"alice","password":"***"},{"password":"***"}]""", Secrets.ToText(CallTests.Json("""[{"user":"alice","password":"correct horse"},{"password":"x"}]"""), list));
        Assert.Equal("""{"lab":[{"password":"***"}]}""", Secrets.ToText(CallTests.Json("""{"lab":[{"password":"correct horse"}]}"""), dictionary));
        Assert.Equal("""["***"]""", Secrets.ToText(CallTests.Json("""["correct horse"]"""), new Schema { Type = SchemaType.Array, Items = Password }));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("/lab", false)]
    [InlineData("/lab/0/user", false)]
    [InlineData("/lab/0/password", true)]
    [InlineData("/lab/0/password/deeper", true)]
    public void A_pointer_into_a_secret_is_known_as_one(string path, bool expected) =>
        Assert.Equal(expected, Secrets.SchemaAt(new Schema { Type = SchemaType.Object, AdditionalProperties = new Schema { Type = SchemaType.Array, Items = Account } }, path) is { WriteOnly: true });

    [Fact]
    [Trait("rule", "AUDIT-1")]
    public async Task Neither_an_accepted_nor_a_refused_push_puts_a_secret_into_the_audit_log()
    {
        await using var given = new GivenBox();
        var task = (SecretTaskProxy)given.Box.AddTask(SecretTask.Type, "task", init => new SecretTask(init));

        task.SetSettings(new SecretSettings("alice", "correct horse"));
        var error = Assert.Throws<QmiException>(() => task.SetSettings(new SecretSettings("alice", "short")));

        Assert.Equal(["""{"user":"alice","password":"***"}""", """{"user":"alice","password":"***"}"""], given.Audit.Entries.Select(entry => entry.New));
        Assert.Equal("""Settings of task: /password breaks "minLength" (limit 8); it is a secret, so its value is not shown.""", given.Audit.Entries[1].Error);
        Assert.DoesNotContain("short", error.ToString());
    }

    private sealed class SecretTask(TaskInit init) : QmiTask<SecretSettings, Nothing>(init)
    {
        public static readonly TaskType<SecretSettings, Nothing> Type = new()
        {
            TypeName = "secret",
            ClassName = "Tests.Secret",
            Settings = new DataType<SecretSettings>(SecretJson.Default.SecretSettings, Account),
            Status = Nothing.DataType,
            DefaultSettings = static () => new SecretSettings("", "********"),
            CreateTaskRunner = static init => new QmiTaskRunner<SecretSettings, Nothing>(init),
            Create = static (init, _) => new SecretTask(init),
            CreateProxy = static channel => new SecretTaskProxy(channel),
        };

        protected override void Run()
        {
        }
    }

    private sealed class SecretTaskProxy(RpcChannel channel) : TaskProxy<SecretSettings, Nothing>(channel);
}

public sealed record SecretSettings(string User, string Password);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SecretSettings))]
internal sealed partial class SecretJson : JsonSerializerContext;
