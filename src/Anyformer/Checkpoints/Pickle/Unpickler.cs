namespace Anyformer.Checkpoints.Pickle;

/// <summary>
/// Reads a Python pickle that nobody vouches for. It builds None, truth values, numbers, texts, bytes, tuples, lists, dictionaries,
/// sets, and what <see cref="PickleGlobals"/> allows; it calls nothing. It never recurses, and what it allocates is bounded by the
/// bytes that it has read.
/// Source: the opcode descriptions in Python's <c>Lib/pickletools.py</c>.
/// </summary>
/// <param name="loadPersistent">Turns a persistent id into what it stands for.</param>
internal sealed class Unpickler(Func<PickledTuple, object?> loadPersistent)
{
    private const int OldestProtocol = 2;
    private const int NewestProtocol = 5;

    private readonly PickleStack _stack = new();
    private readonly List<object?> _memo = [];
    private long _copyBudget;

    /// <summary>The object that the pickle describes.</summary>
    public object? Load(ReadOnlySpan<byte> pickle)
    {
        // A memo lets a few bytes name a long list again and again. An honest pickle copies what it spells out about once.
        _copyBudget = 4L * pickle.Length;
        var reader = new ByteReader(pickle, "pickle");
        while (true)
        {
            var opcode = (PickleOpcode)reader.UInt8();
            if (opcode == PickleOpcode.Stop)
                return _stack.Pop();
            if (PickleLiterals.TryRead(opcode, ref reader, out var literal))
                _stack.Push(literal);
            else if (!TryContainer(opcode) && !TryMemo(opcode, ref reader) && !TryObject(opcode, ref reader))
                throw new MalformedFileException(
                    $"its pickle holds opcode 0x{(byte)opcode:x2} at byte {reader.Position - 1}, which torch.save does not write");
        }
    }

    private bool TryContainer(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Mark: _stack.Mark(); break;
            case PickleOpcode.EmptyTuple: _stack.Push(PickledTuple.Empty); break;
            case PickleOpcode.Tuple1: _stack.Push(new PickledTuple(_stack.Pop(1))); break;
            case PickleOpcode.Tuple2: _stack.Push(new PickledTuple(_stack.Pop(2))); break;
            case PickleOpcode.Tuple3: _stack.Push(new PickledTuple(_stack.Pop(3))); break;
            case PickleOpcode.Tuple: _stack.Push(new PickledTuple(_stack.PopToMark())); break;
            case PickleOpcode.EmptyList: _stack.Push(new List<object?>()); break;
            case PickleOpcode.List: _stack.Push(new List<object?>(_stack.PopToMark())); break;
            case PickleOpcode.Append: Append(_stack.Pop(1)); break;
            case PickleOpcode.Appends: Append(_stack.PopToMark()); break;
            case PickleOpcode.EmptyDict: _stack.Push(new PickledDictionary()); break;
            case PickleOpcode.Dict: PushDictionary(_stack.PopToMark()); break;
            case PickleOpcode.SetItem: SetItems(_stack.Pop(2)); break;
            case PickleOpcode.SetItems: SetItems(_stack.PopToMark()); break;
            case PickleOpcode.EmptySet: _stack.Push(new PickledSet([])); break;
            case PickleOpcode.AddItems: AddItems(_stack.PopToMark()); break;
            case PickleOpcode.FrozenSet: _stack.Push(new PickledSet(_stack.PopToMark())); break;
            default: return false;
        }
        return true;
    }

    private bool TryMemo(PickleOpcode opcode, ref ByteReader reader)
    {
        switch (opcode)
        {
            case PickleOpcode.BinPut: Store(reader.UInt8()); break;
            case PickleOpcode.LongBinPut: Store(reader.UInt32()); break;
            case PickleOpcode.Memoize: _memo.Add(_stack.Peek()); break;
            case PickleOpcode.BinGet: _stack.Push(Recall(reader.UInt8())); break;
            case PickleOpcode.LongBinGet: _stack.Push(Recall(reader.UInt32())); break;
            case PickleOpcode.Dup: _stack.Push(_stack.Peek()); break;
            case PickleOpcode.Pop: _stack.Pop(); break;
            case PickleOpcode.PopMark: _stack.PopToMark(); break;
            default: return false;
        }
        return true;
    }

    private bool TryObject(PickleOpcode opcode, ref ByteReader reader)
    {
        switch (opcode)
        {
            case PickleOpcode.Proto: CheckProtocol(reader.UInt8()); break;
            case PickleOpcode.Frame: CheckFrame(reader.UInt64(), reader.Remaining); break;
            case PickleOpcode.Global: _stack.Push(PickleGlobals.Resolve(reader.Line(), reader.Line())); break;
            case PickleOpcode.StackGlobal: PushStackGlobal(); break;
            case PickleOpcode.Reduce or PickleOpcode.NewObj: Call(); break;
            case PickleOpcode.Build: SetAttributes(); break;
            case PickleOpcode.BinPersId: _stack.Push(loadPersistent(_stack.Pop<PickledTuple>("a tuple"))); break;
            default: return false;
        }
        return true;
    }

    private void Append(object?[] items) => _stack.Peek<List<object?>>("a list").AddRange(items);

    private void AddItems(object?[] items) => _stack.Peek<PickledSet>("a set").Add(items);

    private void PushDictionary(object?[] keysAndValues)
    {
        _stack.Push(new PickledDictionary());
        SetItems(keysAndValues);
    }

    private void SetItems(object?[] keysAndValues)
    {
        var dictionary = _stack.Peek<PickledDictionary>("a dictionary");
        if (keysAndValues.Length % 2 != 0)
            throw new MalformedFileException("its pickle gives a dictionary a key without a value");
        for (var index = 0; index < keysAndValues.Length; index += 2)
            dictionary.Set(keysAndValues[index], keysAndValues[index + 1]);
    }

    /// <summary>Picklers number what they store without gaps; a file that leaves some would make the memo as large as it claims.</summary>
    private void Store(uint index)
    {
        if (index > _memo.Count)
            throw new MalformedFileException($"its pickle stores value {index} where value {_memo.Count} was expected");
        if (index == _memo.Count)
            _memo.Add(_stack.Peek());
        else
            _memo[(int)index] = _stack.Peek();
    }

    private object? Recall(uint index) =>
        index < _memo.Count
            ? _memo[(int)index]
            : throw new MalformedFileException($"its pickle recalls value {index}, which it never stored");

    private static void CheckProtocol(byte protocol)
    {
        if (protocol is < OldestProtocol or > NewestProtocol)
            throw new MalformedFileException($"its pickle has protocol {protocol}, expected {OldestProtocol} to {NewestProtocol}");
    }

    private static void CheckFrame(ulong length, int remaining)
    {
        if (length > (ulong)remaining)
            throw new MalformedFileException($"its pickle claims a frame of {length} bytes, but only {remaining} are left");
    }

    private void PushStackGlobal()
    {
        var name = _stack.Pop<string>("a name");
        var module = _stack.Pop<string>("a name");
        _stack.Push(PickleGlobals.Resolve(module, name));
    }

    private void Call()
    {
        var arguments = _stack.Pop<PickledTuple>("a tuple of arguments");
        var callable = _stack.Pop<PickleCallable>("a callable");
        foreach (var argument in arguments)
            _copyBudget -= CopiedItems(argument);
        if (_copyBudget < 0)
            throw new MalformedFileException("its pickle copies the same values over and over");
        _stack.Push(callable.Build(arguments)
            ?? throw new MalformedFileException($"its pickle calls {callable.Name} with arguments that are not supported"));
    }

    private static long CopiedItems(object? argument) => argument switch
    {
        string text => text.Length,
        IReadOnlyCollection<object?> items => items.Count,
        _ => 1,
    };

    private void SetAttributes()
    {
        var attributes = _stack.Pop<PickledDictionary>("a dictionary of attributes");
        _stack.Peek<PickledDictionary>("a dictionary").Attributes = attributes;
    }
}
