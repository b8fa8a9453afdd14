using System.Text;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>Two files cannot be replaced in one step; whatever happens between the steps, a pair that fits comes out of it.</summary>
public sealed class CertificateFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qmi-certificates-").FullName;

    private string Certificate => Path.Combine(_folder, "box.pem");

    private string Key => Path.Combine(_folder, "box.key");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_new_pair_takes_the_place_of_the_old_one_which_is_kept()
    {
        PutOld();
        var files = Files(new DurableFiles());
        files.KeepNewKey("new key");
        Assert.Equal("new key", files.ReadNewKey());

        files.Install("new certificate");
        Assert.Equal(("new certificate", "new key"), Pair());
        Assert.Equal(FoundRenewal.OnTrial, files.Recover());
        files.Keep();

        Assert.Equal(("new certificate", "new key"), Pair());
        Assert.Equal(("old certificate", "old key"), (Read(Certificate + ".old"), Read(Key + ".old")));
        Assert.Equal(FoundRenewal.None, files.Recover());
        Assert.Equal(["box.key", "box.key.old", "box.pem", "box.pem.old"], Names());
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Key));
    }

    [Fact]
    public void The_old_pair_comes_back_and_the_new_one_can_be_tried_again()
    {
        PutOld();
        var files = Files(new DurableFiles());
        files.KeepNewKey("new key");
        files.Install("new certificate");

        files.GoBack();
        Assert.Equal(("old certificate", "old key"), Pair());
        Assert.Equal(FoundRenewal.None, files.Recover());
        Assert.Equal("new key", files.ReadNewKey());
        files.Install("new certificate");

        Assert.Equal(("new certificate", "new key"), Pair());
    }

    [Fact]
    public void Another_renewal_forgets_the_one_before()
    {
        PutOld();
        var files = Files(new DurableFiles());
        foreach (var name in new[] { "second", "third" })
        {
            files.KeepNewKey($"{name} key");
            files.Install($"{name} certificate");
            files.Keep();
        }

        Assert.Equal(("third certificate", "third key"), Pair());
        Assert.Equal(("second certificate", "second key"), (Read(Certificate + ".old"), Read(Key + ".old")));
    }

    [Fact]
    public void After_a_power_cut_at_any_step_of_the_installation_the_pair_fits()
    {
        var found = new List<FoundRenewal>();
        for (var steps = 0; Cut(steps, files => files.Install("new certificate")); steps++)
        {
            var outcome = Files(new DurableFiles()).Recover();
            found.Add(outcome);
            Assert.Equal(outcome == FoundRenewal.OnTrial ? ("new certificate", "new key") : ("old certificate", "old key"), Pair());
            AssertCanBeRenewed();
        }

        // The mark, and the two files one after the other.
        Assert.Equal([FoundRenewal.None, FoundRenewal.None, FoundRenewal.None, FoundRenewal.None, FoundRenewal.None, FoundRenewal.Undone], found);
    }

    [Fact]
    public void After_a_power_cut_at_any_step_of_going_back_the_pair_fits()
    {
        var cuts = 0;
        for (var steps = 0; Cut(steps, files => files.GoBack(), files => files.Install("new certificate")); steps++)
        {
            cuts++;
            var outcome = Files(new DurableFiles()).Recover();
            Assert.Equal(outcome == FoundRenewal.OnTrial ? ("new certificate", "new key") : ("old certificate", "old key"), Pair());
            if (outcome == FoundRenewal.OnTrial)
                Files(new DurableFiles()).GoBack();
            Assert.Equal(("old certificate", "old key", "new key"), (Read(Certificate), Read(Key), Files(new DurableFiles()).ReadNewKey()));
            AssertCanBeRenewed();
        }

        Assert.Equal(5, cuts);
    }

    [Fact]
    public void A_disk_that_takes_no_more_leaves_the_old_pair_in_place()
    {
        for (var steps = 0; steps < 6; steps++)
        {
            PutOld();
            Files(new DurableFiles()).KeepNewKey("new key");

            Assert.Throws<IOException>(() => Files(new LimitedFiles(steps)).Install("new certificate"));

            Assert.Equal(("old certificate", "old key"), Pair());
            Assert.Equal(FoundRenewal.None, Files(new DurableFiles()).Recover());
        }
    }

    [Fact]
    public void Without_what_was_before_a_trial_is_over()
    {
        PutOld();
        Files(new DurableFiles()).KeepNewKey("new key");
        Files(new DurableFiles()).Install("new certificate");
        File.Delete(Key + ".old");

        Assert.Equal(FoundRenewal.None, Files(new DurableFiles()).Recover());

        Assert.Equal(("new certificate", "new key"), Pair());
        Assert.DoesNotContain("box.pem.trial", Names());
    }

    /// <summary>Does something until the power is cut; false when it was done before.</summary>
    private bool Cut(int steps, Action<CertificateFiles> act, Action<CertificateFiles>? before = null)
    {
        PutOld();
        Files(new DurableFiles()).KeepNewKey("new key");
        before?.Invoke(Files(new DurableFiles()));
        try
        {
            act(Files(new CutFiles(steps)));
            return false;
        }
        catch (PowerCutException)
        {
            return true;
        }
    }

    private void AssertCanBeRenewed()
    {
        var files = Files(new DurableFiles());
        files.KeepNewKey("third key");
        files.Install("third certificate");
        files.Keep();
        Assert.Equal(("third certificate", "third key"), Pair());
        Assert.Equal(FoundRenewal.None, files.Recover());
    }

    private void PutOld()
    {
        foreach (var file in Directory.EnumerateFiles(_folder))
            File.Delete(file);
        File.WriteAllText(Certificate, "old certificate");
        File.WriteAllText(Key, "old key");
    }

    private CertificateFiles Files(DurableFiles disk) => new(Certificate, Key, disk);

    private (string Certificate, string Key) Pair() => (Read(Certificate), Read(Key));

    private static string Read(string file) => File.ReadAllText(file, Encoding.ASCII);

    private IEnumerable<string> Names() => Directory.EnumerateFiles(_folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    private sealed class PowerCutException : Exception;

    /// <summary>After so many changes the power is cut: nothing is done any more.</summary>
    private sealed class CutFiles(int steps) : DurableFiles
    {
        private int _left = steps;

        public override void Write(string file, ReadOnlySpan<byte> content, UnixFileMode mode)
        {
            Step();
            base.Write(file, content, mode);
        }

        public override void Rename(string file, string newName)
        {
            Step();
            base.Rename(file, newName);
        }

        public override void Delete(string file)
        {
            Step();
            base.Delete(file);
        }

        private void Step()
        {
            if (_left-- == 0)
                throw new PowerCutException();
        }
    }

    /// <summary>One change fails, then there is room again.</summary>
    private sealed class LimitedFiles(int steps) : DurableFiles
    {
        private int _left = steps;

        public override void Write(string file, ReadOnlySpan<byte> content, UnixFileMode mode)
        {
            Step();
            base.Write(file, content, mode);
        }

        public override void Rename(string file, string newName)
        {
            Step();
            base.Rename(file, newName);
        }

        private void Step()
        {
            if (_left-- == 0)
                throw new IOException("No space left on device");
        }
    }
}
