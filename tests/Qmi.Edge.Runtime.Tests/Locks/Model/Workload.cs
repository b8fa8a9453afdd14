namespace Qmi.Edge.Runtime.Tests.LockModel;

/// <summary>
/// Clients that want locks, over a network that delays, repeats, reorders and loses messages. They believe what they were told last, also when it
/// is long over, and now and then they try what they held before.
/// </summary>
/// <param name="world">Where they are.</param>
/// <param name="seed">What they do.</param>
/// <param name="box">The box, whenever it is asked for.</param>
internal sealed class Workload(ModelWorld world, int seed, Func<ModelBox> box)
{
    private readonly Random _random = new(seed);
    private readonly List<Client> _clients = [];
    private bool _isOver;

    public IReadOnlyList<string> Names { get; } = ["alice", "bob", "carol"];

    public void Start()
    {
        _clients.AddRange(Names.Select(name => new Client(this, name)));
        // Two proxies in the process of the box.
        _clients.Add(new Client(this, Caller.Local.Name));
        _clients.Add(new Client(this, Caller.Local.Name));
        foreach (var client in _clients)
            client.Continue();
    }

    /// <summary>A client hangs: it sends nothing, and reads late what it was sent.</summary>
    public void Pause(TimeSpan duration) => _clients[_random.Next(_clients.Count)].PauseUntil = world.Time.Now + MonotonicTime.ToNanoseconds(duration);

    /// <summary>Nobody does anything any more; what is under way arrives.</summary>
    public void FallSilent() => _isOver = true;

    /// <summary>What the process still holds is taken away, and then everything must become free.</summary>
    public void Finish()
    {
        foreach (var target in ModelBox.Targets)
            box().Deliver(new Message(Wish.Force, "adm", target), static _ => { });
        foreach (var target in ModelBox.Targets)
        {
            // The box itself first, and it is given back: it would hold back the others.
            var last = new Message(Wish.Lock, Message.LastClient, target) { Token = $"last/{target}", Lease = TimeSpan.FromSeconds(1), Wait = TimeSpan.FromSeconds(20) };
            box().Deliver(last, _ => box().Deliver(last with { Wish = Wish.Unlock }, static _ => { }));
        }
    }

    private TimeSpan Milliseconds(int least, int most) => TimeSpan.FromMilliseconds(_random.Next(least, most));

    private bool Chance(double probability) => _random.NextDouble() < probability;

    private void Send(Client client, Message message)
    {
        if (message.IsLocal)
        {
            box().Deliver(message, answer => client.Read(message, answer));
            return;
        }

        Post(client, message);
        // At least once: a copy may come much later, when everything has changed.
        if (Chance(0.15))
            Post(client, message, Milliseconds(0, Chance(0.3) ? 15_000 : 500));
    }

    private void Post(Client client, Message message, TimeSpan later = default) =>
        world.After(later + Milliseconds(0, Chance(0.05) ? 6_000 : 40), () =>
        {
            var id = box().Deliver(message, answer =>
            {
                if (!Chance(0.08))
                    world.After(Milliseconds(0, Chance(0.05) ? 6_000 : 40), () => client.Read(message, answer));
            });
            if (id != 0 && message is { Wish: Wish.Lock, Wait.Ticks: > 0 } && Chance(0.1))
                world.After(Milliseconds(0, 4_000), () => box().Cancel(id));
        });

    private sealed class Client(Workload workload, string name)
    {
        private readonly Dictionary<string, (string Token, ulong Fence)> _believed = [];
        private readonly List<(string Target, string Token, ulong Fence)> _past = [];
        private int _tokens;

        public long PauseUntil { get; set; }

        private bool IsLocal => name == Caller.Local.Name;

        private Random Random => workload._random;

        public void Continue() => workload._world.After(workload.Milliseconds(50, IsLocal ? 3_000 : 2_000), () =>
        {
            if (workload._isOver)
                return;
            if (workload._world.Time.Now >= PauseUntil)
                Act();
            Continue();
        });

        public void Read(Message message, Answer answer)
        {
            if (workload._world.Time.Now < PauseUntil)
            {
                workload._world.After(MonotonicTime.FromNanoseconds(PauseUntil - workload._world.Time.Now), () => Read(message, answer));
                return;
            }

            if (message.Wish == Wish.Lock && answer.IsGood)
                _believed[message.Target] = (message.Token!, answer.Fence);
            else if (_believed.TryGetValue(message.Target, out var believed) && believed.Token == message.Token && (message.Wish == Wish.Unlock || answer.Error == ErrorCode.LockLost))
                Forget(message.Target, believed);
        }

        private void Forget(string target, (string Token, ulong Fence) believed)
        {
            _past.Add((target, believed.Token, believed.Fence));
            _believed.Remove(target);
        }

        private void Act()
        {
            var target = Random.Next(10) switch { 0 => BoxObject.ObjectName, < 4 => "camera", _ => "stage" };
            // The box's own code does not lock the box.
            if (IsLocal && target == BoxObject.ObjectName)
                target = "stage";
            if (_believed.TryGetValue(target, out var held))
                ActAsOwner(target, held.Token, held.Fence);
            else if (workload.Chance(0.6))
                workload.Send(this, Lock(target));
            else if (workload.Chance(0.5) && _past.Count > 0)
                ActAsGhost(_past[Random.Next(_past.Count)]);
            else if (_believed.TryGetValue(BoxObject.ObjectName, out var box))
                workload.Send(this, Call(target, box.Token, workload.Chance(0.5) ? box.Fence : null));
            else
                workload.Send(this, Call(target, null, null));
        }

        private void ActAsOwner(string target, string token, ulong fence)
        {
            var named = workload.Chance(0.4) ? fence : (ulong?)null;
            switch (Random.Next(10))
            {
                case < 5:
                    workload.Send(this, Call(target, token, named));
                    break;
                case 5:
                    workload.Send(this, new Message(Wish.Renew, name, target) { Token = token, Fence = named });
                    break;
                case < 8:
                    workload.Send(this, new Message(Wish.Unlock, name, target) { Token = token, Fence = named });
                    break;
                case 8:
                    workload.Send(this, Lock(target, token));
                    break;
                default:
                    // It dies, and has forgotten.
                    Forget(target, (token, fence));
                    break;
            }
        }

        private void ActAsGhost((string Target, string Token, ulong Fence) past)
        {
            var fence = workload.Chance(0.5) ? past.Fence : (ulong?)null;
            var token = fence is null || workload.Chance(0.7) ? past.Token : null;
            workload.Send(this, Random.Next(4) switch
            {
                0 => new Message(Wish.Unlock, name, past.Target) { Token = past.Token, Fence = fence },
                1 => new Message(Wish.Renew, name, past.Target) { Token = past.Token, Fence = fence },
                _ => Call(past.Target, token, fence),
            });
        }

        private Message Call(string target, string? token, ulong? fence) => new(Wish.Call, name, target)
        {
            Token = token,
            Fence = fence,
            Rule = Random.Next(8) switch { 0 => LockRule.Requires, 1 => LockRule.Ignores, _ => LockRule.Respects },
            Runs = IsLocal ? TimeSpan.Zero : workload.Milliseconds(0, workload.Chance(0.3) ? 8_000 : 200),
        };

        // One token of its own choice for each object, which it takes again after a restart, or a new one. The lease goes with the token, so that the
        // checker need not know which of two was written down.
        private Message Lock(string target, string? token = null)
        {
            token ??= workload.Chance(0.5) ? $"{Id}/{target}/0" : $"{Id}/{target}/{++_tokens}";
            return new Message(Wish.Lock, name, target)
            {
                Token = token,
                Lease = IsLocal ? null : TimeSpan.FromSeconds(1 + (token[^1] % 5)),
                Bind = token[^1] % 2 == 0,
                Wait = workload.Chance(0.7) ? workload.Milliseconds(1, 9_000) : TimeSpan.Zero,
                Budget = workload.Milliseconds(200, 12_000),
                BoxToken = _believed.TryGetValue(BoxObject.ObjectName, out var box) ? box.Token : null,
            };
        }

        private string Id => IsLocal ? $"{name}{workload._clients.IndexOf(this)}" : name;
    }

    private ModelWorld _world => world;
}
