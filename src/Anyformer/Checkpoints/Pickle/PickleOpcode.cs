namespace Anyformer.Checkpoints.Pickle;

/// <summary>
/// The opcodes of Python's pickle protocols 2 to 5 that <c>torch.save</c> writes, under their names in Python's <c>pickletools</c>.
/// The text opcodes of protocols 0 and 1 and those that reach outside the pickle (extensions, out-of-band buffers) are left out.
/// </summary>
internal enum PickleOpcode : byte
{
    Mark = (byte)'(',
    Stop = (byte)'.',
    Pop = (byte)'0',
    PopMark = (byte)'1',
    Dup = (byte)'2',
    Proto = 0x80,
    Frame = 0x95,

    None = (byte)'N',
    NewTrue = 0x88,
    NewFalse = 0x89,
    BinInt = (byte)'J',
    BinInt1 = (byte)'K',
    BinInt2 = (byte)'M',
    Long1 = 0x8a,
    Long4 = 0x8b,
    BinFloat = (byte)'G',
    BinString = (byte)'T',
    ShortBinString = (byte)'U',
    BinUnicode = (byte)'X',
    ShortBinUnicode = 0x8c,
    BinUnicode8 = 0x8d,
    BinBytes = (byte)'B',
    ShortBinBytes = (byte)'C',
    BinBytes8 = 0x8e,
    ByteArray8 = 0x96,

    EmptyTuple = (byte)')',
    Tuple1 = 0x85,
    Tuple2 = 0x86,
    Tuple3 = 0x87,
    Tuple = (byte)'t',
    EmptyList = (byte)']',
    List = (byte)'l',
    Append = (byte)'a',
    Appends = (byte)'e',
    EmptyDict = (byte)'}',
    Dict = (byte)'d',
    SetItem = (byte)'s',
    SetItems = (byte)'u',
    EmptySet = 0x8f,
    AddItems = 0x90,
    FrozenSet = 0x91,

    BinGet = (byte)'h',
    LongBinGet = (byte)'j',
    BinPut = (byte)'q',
    LongBinPut = (byte)'r',
    Memoize = 0x94,

    Global = (byte)'c',
    StackGlobal = 0x93,
    Reduce = (byte)'R',
    NewObj = 0x81,
    Build = (byte)'b',
    BinPersId = (byte)'Q',
}
