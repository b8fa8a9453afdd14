using System.Globalization;

namespace Qmi.Edge.Runtime.Tests;

/// <summary>Pushes, turns, failures, restarts, confirmations and power cuts in any order, against <see cref="SettingsModel"/>.</summary>
public class SettingsModelTests
{
    private const int Sequences = 300;
    private const int Length = 24;

    [Fact]
    [Trait("rule", "SET-2")]
    [Trait("rule", "SET-5")]
    [Trait("rule", "SET-7")]
    public async Task Whatever_happens_the_settings_are_what_the_model_says()
    {
        for (var seed = 0; seed < Sequences; seed++)
        {
            var run = new Run(seed);
            try
            {
                await run.PlayAsync();
            }
            catch (Exception exception)
            {
                Assert.Fail($"Seed {seed}:\n{string.Join('\n', run.Played)}\n{exception}");
            }
            finally
            {
                await run.Given.DisposeAsync();
            }
        }
    }

    private sealed class Run(int seed)
    {
        private static readonly string[] Callers = ["alice", "bob", "carol"];

        private readonly Random _random = new(seed);
        private SettingsModel _model = new();

        public List<string> Played { get; } = [];

        public GivenRestarts Given { get; } = new(seed)
        {
            Script = new LoopScript { ProcessNewSettings = self => ThrowAt(self, SettingsModel.Refused), Iterate = self => ThrowAt(self, SettingsModel.Deadly) },
        };

        public async Task PlayAsync()
        {
            Given.Boot();
            _model = _model.Start().Last();
            for (var step = 0; step < Length; step++)
            {
                if (_random.Next(8) == 0)
                    await CutDuringAsync();
                else
                    Compare(Act());
            }
        }

        // Does one thing to the task and to the model; all states that the model passes through.
        private List<SettingsModel> Act() => _random.Next(12) switch
        {
            < 5 => Push(),
            < 9 => Turn(),
            9 => Confirm(),
            10 => Restart(),
            _ => Reboot(),
        };

        private List<SettingsModel> Push()
        {
            var (caller, hasRate, hasName) = (Callers[_random.Next(3)], _random.Next(3) > 0, _random.Next(3) > 0);
            double? rate = !hasRate && hasName ? null : _random.Next(7) switch { 0 => SettingsModel.Refused, 1 => SettingsModel.Deadly, var other => 20 + other };
            var name = hasName ? $"n{_random.Next(4)}" : null;
            long? baseRevision = _random.Next(3) == 0 ? Math.Max(0, _model.Head - _random.Next(3)) : null;
            var (rebase, atNextStart) = (_random.Next(2) == 0, _random.Next(6) == 0);
            double? confirm = _random.Next(5) == 0 ? 2.25 : null;

            var members = new List<string> { $$"""
                "values":{{{string.Join(',', Values())}}}
                """ };
            if (baseRevision is { } expected)
                members.Add($"\"base_rev\":{expected},\"rebase\":{(rebase ? "true" : "false")}");
            if (atNextStart)
                members.Add("\"apply\":\"next_start\"");
            if (confirm is not null)
                members.Add("\"confirm_ms\":2250");
            var json = "{" + string.Join(',', members) + "}";
            Played.Add($"{caller} pushes {json}");
            var next = _model.Push(caller, rate, name, baseRevision, rebase, atNextStart, confirm);
            var error = Record.Exception(() => Given.Push(json, caller));
            Given.Settle();
            Assert.Equal(next is null, error is QmiException { Code: ErrorCode.Conflict });
            Assert.True(error is null or QmiException { Code: ErrorCode.Conflict }, error?.ToString());
            return [next ?? _model];

            IEnumerable<string> Values()
            {
                if (rate is not null)
                    yield return string.Create(CultureInfo.InvariantCulture, $"\"rate\":{rate}");
                if (name is not null)
                    yield return $"\"name\":\"{name}\"";
            }
        }

        private List<SettingsModel> Turn()
        {
            Played.Add("a turn");
            var half = TimeSpan.FromSeconds(0.5);
            var states = new List<SettingsModel> { _model };
            for (var part = 0; part < 2; part++)
            {
                if (Given.Task.IsRunning)
                    Given.Time.WaitUntilParked();
                if (part == 1 && Given.Task.IsRunning)
                    Given.TurnAfter(half);
                else
                    Given.Time.Advance(half);
                Given.Settle();
                states.AddRange(states[^1].Wait());
                if (part == 1)
                    states.AddRange(states[^1].Turn());
            }

            return states;
        }

        private List<SettingsModel> Confirm()
        {
            var revision = Math.Max(1, _model.Reported.Revision - _random.Next(2));
            Played.Add($"revision {revision} is confirmed");
            var next = _model.Confirm(revision);
            var error = Record.Exception(() => Given.Task.ConfirmSettingsAsync(revision).WaitAsync(GivenBox.Patience).GetAwaiter().GetResult());
            // What was confirmed before may be confirmed again, which the model does not remember.
            Assert.True(next is null || error is null or QmiException { Code: ErrorCode.Busy }, error?.ToString());
            return [next ?? _model];
        }

        private List<SettingsModel> Restart()
        {
            Played.Add("the task is restarted");
            Given.Restart();
            return [.. (_model with { IsRunning = false }).Start()];
        }

        private List<SettingsModel> Reboot()
        {
            Played.Add("the box is rebooted");
            Given.RebootAsync().GetAwaiter().GetResult();
            return [.. _model.Boot().Start()];
        }

        private async Task CutDuringAsync()
        {
            Given.Disk.FailsAt = Given.Disk.Operations + _random.Next(6);
            List<SettingsModel> passed = [_model, .. _random.Next(2) == 0 ? Push() : Turn()];
            Played.Add($"during that the power is cut at operation {Given.Disk.FailsAt}");
            await Given.CutAsync();
            Given.Boot(starts: false);
            var found = Describe();
            _model = passed.Select(state => state.Boot()).LastOrDefault(state => Describe(state) == found)
                ?? throw new InvalidOperationException($"After the cut:\n{found}\nbut it should be one of\n{string.Join("\nor\n", passed.Select(state => Describe(state.Boot())))}");
            Given.Start();
            Compare([.. _model.Start()]);
        }

        private void Compare(List<SettingsModel> passed)
        {
            _model = passed[^1];
            Assert.Equal(Describe(_model), Describe());
        }

        private string Describe()
        {
            var state = Given.Task.Settings.Shown;
            var acks = Given.Task.SettingsAcks.OrderBy(ack => ack.Caller, StringComparer.Ordinal).Select(ack => $"{ack.Caller} {ack.Revision} {ack.State}");
            return $"head {state.Head}, reported {state.Reported!.Revision} {state.Reported.Value}, pending {state.Pending?.Revision} {state.Pending?.Value}, running {Given.Task.IsRunning}, failures {state.Trial?.Failures}, {string.Join(", ", acks)}";
        }

        private static string Describe(SettingsModel model)
        {
            var acks = model.Acks.OrderBy(ack => ack.Key, StringComparer.Ordinal).Select(ack => $"{ack.Key} {ack.Value.Revision} {ack.Value.State}");
            return $"head {model.Head}, reported {model.Reported.Revision} {model.Reported.Values}, pending {model.Pending?.Revision} {model.Pending?.Values}, running {model.IsRunning}, failures {model.Failures}, {string.Join(", ", acks)}";
        }

        private static void ThrowAt(ScriptedLoop loop, double rate)
        {
            if (loop.Settings.Rate == rate)
                throw new InvalidOperationException($"{rate} Hz is too much.");
        }
    }
}
