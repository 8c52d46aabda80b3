using System.Runtime.ExceptionServices;

namespace Anyformer.Data.Images.Loading;

/// <summary>
/// Makes numbered things ahead of their use, on threads of its own, and hands them out in order. Never more than a bound of them are being made or
/// wait.
/// </summary>
/// <typeparam name="T">What is made.</typeparam>
internal sealed class OrderedPrefetch<T> : IDisposable where T : class, IDisposable
{
    private readonly object _gate = new();
    private readonly int _end;
    private readonly Func<int, T> _make;
    private readonly Made?[] _waiting;
    private readonly Thread[] _threads;
    private int _begun;
    private bool _stopped;

    /// <summary>Starts making.</summary>
    /// <param name="first">The first number.</param>
    /// <param name="end">The number after the last.</param>
    /// <param name="make">Makes one, on any of the threads.</param>
    /// <param name="threads">How many threads.</param>
    /// <param name="ahead">How many are being made or wait at most.</param>
    /// <param name="prepare">Runs first on every thread.</param>
    internal OrderedPrefetch(int first, int end, Func<int, T> make, int threads, int ahead, Action prepare)
    {
        (Next, _begun, _end, _make, _waiting) = (first, first, end, make, new Made?[ahead]);
        _threads = [.. Enumerable.Range(0, Math.Min(threads, end - first))
            .Select(_ => new Thread(() => Work(prepare)) { IsBackground = true, Name = "image loader" })];
        foreach (var thread in _threads)
            thread.Start();
    }

    /// <summary>The number that <see cref="Take"/> gives next.</summary>
    internal int Next { get; private set; }

    /// <summary>Waits for the next one; the caller owns it. What its making threw is thrown here.</summary>
    internal T Take()
    {
        ObjectDisposedException.ThrowIf(_stopped, this);
        if (Next >= _end)
            throw new InvalidOperationException("All that there is has been taken.");
        Made made;
        lock (_gate)
        {
            ref var place = ref _waiting[Next % _waiting.Length];
            while (place is null)
                Monitor.Wait(_gate);
            (made, place) = (place, null);
            Next++;
            Monitor.PulseAll(_gate);
        }

        made.Error?.Throw();
        return made.Value!;
    }

    /// <summary>Stops the threads and drops what waits.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.PulseAll(_gate);
        }

        foreach (var thread in _threads)
            thread.Join();
        foreach (var made in _waiting)
            made?.Value?.Dispose();
    }

    private void Work(Action prepare)
    {
        prepare();
        while (Begin() is { } number)
        {
            var made = Make(number);
            lock (_gate)
            {
                _waiting[number % _waiting.Length] = made;
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>A number to make, once there is room for it; null when nothing is left to do.</summary>
    private int? Begin()
    {
        lock (_gate)
        {
            while (!_stopped && _begun < _end && _begun >= Next + _waiting.Length)
                Monitor.Wait(_gate);
            return _stopped || _begun >= _end ? null : _begun++;
        }
    }

    private Made Make(int number)
    {
        try
        {
            return new Made(_make(number), null);
        }
        catch (Exception exception)
        {
            return new Made(null, ExceptionDispatchInfo.Capture(exception));
        }
    }

    private sealed record Made(T? Value, ExceptionDispatchInfo? Error);
}
