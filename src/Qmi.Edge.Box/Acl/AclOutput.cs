using System.Text.Json;
using Qmi.Edge.Bridge;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary>Writes access rules to where they were asked for.</summary>
internal static class AclOutput
{
    /// <exception cref="AclException">A file cannot be read or written.</exception>
    public static void Write(AclRequest request, AccessPlan plan, bool isDynsec)
    {
        var text = isDynsec ? WriteDynsec(plan, request.Merge) : MosquittoAclFile.Write(plan);
        if (request.Output is { } file)
            WriteFile(file, text);
        else
            Console.Out.Write(text);
        if (isDynsec)
            Console.Error.WriteLine(request.Merge is null ? NoAdministrator : Passwords);
    }

    private const string Passwords =
        "There are no new passwords in it. With this file in place and the broker running, give one to each box and user: mosquitto_ctrl -u ADMINISTRATOR dynsec setClientPassword NAME";

    private const string NoAdministrator =
        "There are no passwords in it, and no administrator who could set them, which only certificates can do without. Otherwise make one first, mosquitto_ctrl dynsec init FILE ADMINISTRATOR, and lay these rules over it with --merge FILE.";

    private static string WriteDynsec(AccessPlan plan, string? merge)
    {
        using var existing = merge is null ? null : ReadDynsec(merge);
        using var written = new MemoryStream();
        DynsecFile.Write(written, plan, existing?.RootElement ?? default);
        return System.Text.Encoding.UTF8.GetString(written.ToArray()) + "\n";
    }

    private static JsonDocument ReadDynsec(string file)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllBytes(file));
        }
        catch (JsonException exception)
        {
            throw new AclException($"{file} is no file of the dynamic-security plugin: {exception.Message}");
        }
        catch (Exception exception) when (FileTrouble.Is(exception))
        {
            throw new AclException(FileTrouble.Describe(file, exception));
        }
    }

    // In place: another file in its stead would have another owner and another mode, with which the broker could not read it.
    private static void WriteFile(string file, string text)
    {
        try
        {
            File.WriteAllText(file, text);
        }
        catch (Exception exception) when (FileTrouble.Is(exception))
        {
            throw new AclException($"{file} cannot be written: {exception.Message}");
        }
    }
}
