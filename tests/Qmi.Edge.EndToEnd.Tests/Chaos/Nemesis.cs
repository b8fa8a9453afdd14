namespace Qmi.Edge.EndToEnd.Tests;

/// <summary>Kills the broker, the box, or both, at moments that follow from the seed, and starts them again.</summary>
internal sealed class Nemesis(ChaosLab lab, ChaosSeed seed)
{
    private readonly Random _choices = seed.For("nemesis");

    public int BrokerKills { get; private set; }

    public int BoxKills { get; private set; }

    /// <summary>One round: some load, a kill, a while without, and both there again.</summary>
    /// <param name="isLast">The last round leaves the box as it was configured at first.</param>
    public void Strike(bool isLast)
    {
        // All choices first: how long things take must not change what comes next.
        var (victim, moment, absence, order, extra) = (_choices.Next(20), _choices.Next(100, 900), _choices.Next(0, 400), _choices.Next(2), _choices.Next(2) == 0);
        var killsBroker = isLast || victim >= 9;
        var killsBox = isLast || victim is < 9 or >= 16;
        Thread.Sleep(moment);
        if (killsBroker && killsBox && order == 0)
        {
            KillBox();
            KillBroker();
        }
        else
        {
            if (killsBroker)
                KillBroker();
            if (killsBox)
                KillBox();
        }

        Thread.Sleep(absence);
        if (killsBox && order == 0)
            lab.StartBox(extra && !isLast);
        if (killsBroker)
            lab.Broker.Restart();
        if (killsBox && order != 0)
            lab.StartBox(extra && !isLast);
        lab.WaitUntilOnline();
    }

    private void KillBroker()
    {
        lab.Broker.Kill();
        BrokerKills++;
    }

    private void KillBox()
    {
        lab.KillBox();
        BoxKills++;
    }
}
