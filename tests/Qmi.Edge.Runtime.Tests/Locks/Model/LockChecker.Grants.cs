namespace Qmi.Edge.Runtime.Tests.LockModel;

/// <content>Who is given the lock, and who is listened to because of it.</content>
internal sealed partial class LockChecker
{
    private void ReadGrant(CheckedLock target, CheckedDelivery delivery, Answer answer)
    {
        var message = delivery.Message;
        if (delivery.IsCancelled)
            Break($"{delivery} was cancelled, and is granted");
        if (_now >= delivery.Deadline)
            Break($"{delivery} is granted when nobody waits for it any more");
        if (target.Current?.Fences.Contains(answer.Fence) != true)
        {
            EndUnanswered(target);
            EndUnanswered(Box);
        }

        // The one it had may have ended because it seemed to be gone; a new number says that it has.
        if (target.Current is { MayHaveNewFence: false } doubtful && !doubtful.IsHeld(_now) && !doubtful.IsPerhaps(answer.Fence))
            target.End();
        if (target.Find(message, answer.Fence, _now) is { } mine)
        {
            // The one that came back, under a new number; or that one did not, and this is another.
            if (mine != target.Current && !mine.Fences.Contains(answer.Fence))
                mine = CheckedGrant.OneOf([mine])!;
            ReadFence(target, delivery, mine, answer.Fence);
            // Copies that are answered together are one sign of life.
            if (mine.GrantedAt != _now)
                Use(mine);
            return;
        }

        if (target.HeldBy(_now) is { } held)
            Break($"{delivery} is granted fence {answer.Fence} while it is {held}");
        if (target != Box && !message.IsLocal && Box.HeldBy(_now) is { } box && !IsLetIn(delivery, box))
            Break($"{delivery} is granted while the box is {box}");
        var place = FindPlace(delivery);
        foreach (var before in Deliveries.Where(before => before.Id < place.Id && before.IsOpenLock(_boot, target.Name) && !IsKeptBack(target, before, place)))
            Break($"{delivery} is granted before {before}");

        var grant = new CheckedGrant(target.Name, message, answer.Lease) { GrantedAt = _now, NewestDelivery = _deliveries.Count };
        ReadFence(target, delivery, grant, answer.Fence);
        target.Begin(grant);
        grant.Renew(_now);
        if (IsGone(message.Client))
            grant.Shorten(_now + _grace);
    }

    // Copies of one request get one lock: it is enough that one of them, even one that has given up, named the box's.
    private bool IsLetIn(CheckedDelivery delivery, CheckedGrant box) => box.Client == delivery.Message.Client && Deliveries.Any(copy =>
        copy.IsCopyOf(delivery) && (copy.Answer is null || copy.AnsweredAt >= delivery.At) && copy.Message.BoxToken == box.Token);

    // The next owner may hear of it before whoever gave the lock back, or took it away, does; both in one step of the box.
    private void EndUnanswered(CheckedLock target)
    {
        foreach (var ending in Deliveries.Where(open => open.Answer is null && open.At == _now && open.Message.Target == target.Name && (!open.HasTakenEffect || open.IsUnclear)))
        {
            if (ending.Message.Wish == Wish.Force)
                ending.IsUnclear = target.Current is null;
            else if (ending.Message.Wish != Wish.Unlock || (target.Find(ending.Message, ending.Message.Fence, _now) is null && !EndedTheMaking(ending)))
                continue;
            ending.HasTakenEffect = true;
            target.End();
        }
    }

    private bool EndedTheMaking(CheckedDelivery unlock) => Deliveries.Any(asked =>
        asked.Message.Wish == Wish.Lock && asked.AnsweredAt == _now && asked.Answer?.Error == ErrorCode.LockLost &&
        (asked.Message.Client, asked.Message.Target, asked.Message.Token) == (unlock.Message.Client, unlock.Message.Target, unlock.Message.Token));

    // One number for one grant, and a higher one for every later grant of the object, whatever happened between.
    private void ReadFence(CheckedLock target, CheckedDelivery delivery, CheckedGrant grant, ulong fence)
    {
        if (grant.Fences.Contains(fence))
            return;
        if (grant.PerhapsFences.Contains(fence))
        {
            grant.AddFence(fence);
            return;
        }

        if (!grant.MayHaveNewFence)
            Break($"{delivery} is told fence {fence}, but it is {grant}");
        if (fence <= target.NewestFence)
            Break($"{delivery} is told fence {fence} after {target.NewestFence}");
        if (!_fences.Add(fence))
            Break($"{delivery} is told fence {fence}, which was given before");
        target.NewestFence = Math.Max(target.NewestFence, fence);
        grant.AddFence(fence);
    }

    // Copies of one request share the place of the first of them, also when that one has given up before the others did.
    private CheckedDelivery FindPlace(CheckedDelivery delivery)
    {
        var first = Deliveries.Where(copy => copy.IsCopyOf(delivery) && (copy.Answer is null || copy.AnsweredAt >= delivery.At)).MinBy(copy => copy.Id)!;
        return first.Id < delivery.Id ? FindPlace(first) : delivery;
    }

    // The lock of the box holds back the requests of others, also while it is in the making; and whoever got its turn meanwhile keeps it.
    private bool IsKeptBack(CheckedLock target, CheckedDelivery before, CheckedDelivery next) =>
        target != Box && !before.Message.IsLocal && _boxWasHeldAt >= next.At;

    private void ReadCall(CheckedLock target, CheckedDelivery delivery)
    {
        var message = delivery.Message;
        if (message.Token is not null)
            delivery.Runs.AddRange(Prove(delivery, target, Box));
        else if (message.Fence is { } fence && !target.IsFence(fence, _now) && !Box.IsFence(fence, _now))
            Break($"{delivery} is admitted with a fence that is not in force: it is {target.Current?.ToString() ?? "nobody"}");
        foreach (var run in delivery.Runs)
            run.BeginCall();

        if (message.Rule == LockRule.Ignores)
            return;
        if (message.Rule == LockRule.Requires && delivery.Runs.Count == 0)
            Break($"{delivery} needs the lock, has none, and is admitted");
        if (target.HeldBy(_now) is { } held && !held.Is(message) && !held.CameAfter(delivery))
            Break($"{delivery} is admitted while it is {held}");
        if (target != Box && !message.IsLocal && Box.HeldBy(_now) is { } box && !box.Is(message) && !box.CameAfter(delivery) && !(box.Client == message.Client && delivery.Runs.Count > 0))
            Break($"{delivery} is admitted while the box is {box}");
    }

    /// <summary>The locks that an accepted message speaks for; its token must be of one of them.</summary>
    private CheckedGrant[] Prove(CheckedDelivery delivery, params ReadOnlySpan<CheckedLock> places)
    {
        var proved = new HashSet<CheckedGrant>();
        foreach (var place in places)
        {
            if (place.Find(delivery.Message, delivery.Message.Fence, _now) is { } grant && grant.IsPerhapsMeant(delivery.Message))
                proved.Add(grant);
        }

        if (proved.Count == 0)
            Break($"{delivery} is accepted, but it is {places[0].Current?.ToString() ?? "nobody"}");
        foreach (var grant in proved)
            Use(grant);
        return [.. proved];
    }

    private void Use(CheckedGrant grant)
    {
        _locks[grant.Target].Restore(grant);
        grant.Renew(_now);
    }
}
