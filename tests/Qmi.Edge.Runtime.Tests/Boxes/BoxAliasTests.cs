namespace Qmi.Edge.Runtime.Tests;

public class BoxAliasTests
{
    private readonly CrashingDisk _disk = new();

    [Fact]
    public async Task The_configured_alias_counts_until_the_box_is_renamed_and_the_new_one_survives_a_power_cut()
    {
        Assert.Equal("east", await RunAsync("east"));
        Assert.Equal("west", await RunAsync("east", "west"));
        _disk.Cut();
        Assert.Equal("west", await RunAsync("east"));
        Assert.Equal("north", await RunAsync("east", "north"));
        Assert.Equal("north", await RunAsync("east"));
    }

    [Fact]
    public async Task A_change_of_the_configuration_wins_over_an_earlier_renaming()
    {
        await RunAsync("east", "west");

        Assert.Equal("south", await RunAsync("south"));
        Assert.Null(await RunAsync(null));
    }

    [Fact]
    public async Task A_box_without_a_configured_alias_can_be_given_one()
    {
        Assert.Equal("west", await RunAsync(null, "west"));
        Assert.Equal("west", await RunAsync(null));
        Assert.Equal("east", await RunAsync("east"));
    }

    [Fact]
    public async Task A_renaming_that_the_disk_does_not_take_does_not_happen()
    {
        await using var box = Open("east");
        _disk.IsBroken = true;

        Assert.Equal(ErrorCode.Busy, (await Assert.ThrowsAsync<QmiException>(() => box.Alias.RenameAsync("west"))).Code);
        Assert.Equal("east", box.Alias.Name);
    }

    [Fact]
    public async Task A_configured_alias_that_is_no_name_is_refused()
    {
        Assert.Throws<QmiException>(() => Open("East Wing"));
        await Task.CompletedTask;
    }

    private async Task<string?> RunAsync(string? configured, string? rename = null)
    {
        await using var box = Open(configured);
        if (rename is not null)
            await box.Alias.RenameAsync(rename);
        return box.Alias.Name;
    }

    private EdgeBox Open(string? configured) => new("box07", new EdgeBoxOptions { State = _disk, Alias = configured });
}
