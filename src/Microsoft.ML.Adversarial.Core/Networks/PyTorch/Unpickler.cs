using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.Adversarial.Networks.PyTorch;

/// <summary>
/// The part of Python's pickle language that state dictionaries are written in. A pickle names classes and functions and asks to call them;
/// here only a few of those mean something, as data. Values refer to each other by reference, so a pickle of n bytes costs memory
/// in proportion to n.
/// </summary>
internal sealed class Unpickler
{
    private readonly byte[] _bytes;
    private readonly string _source;
    private readonly List<object?> _stack = [];
    private readonly Stack<int> _marks = new();
    private readonly Dictionary<long, object?> _memo = [];
    private int _position;

    private Unpickler(byte[] bytes, string source) => (_bytes, _source) = (bytes, source);

    public static object? Read(byte[] pickle, string source) => new Unpickler(pickle, source).Run();

    public static string Describe(object? value) => value switch
    {
        null => "None",
        PickledDictionary => "a dictionary",
        PickledTensor => "a tensor",
        PickledGlobal global => global.Name,
        List<object?> => "a list",
        object?[] => "a tuple",
        string => "text",
        _ => "a number",
    };

    private object? Run()
    {
        while (true)
        {
            var operation = Byte();
            if (operation == '.')
            {
                return Pop();
            }

            Step(operation);
        }
    }

    private void Step(byte operation)
    {
        switch ((char)operation)
        {
            case '\x80': Byte(); break;                                                     // PROTO
            case '\x95': Take(8); break;                                                    // FRAME
            case '(': _marks.Push(_stack.Count); break;                                     // MARK
            case 'N': Push(null); break;                                                    // NONE
            case '\x88': Push(true); break;                                                 // NEWTRUE
            case '\x89': Push(false); break;                                                // NEWFALSE
            case 'K': Push((long)Byte()); break;                                            // BININT1
            case 'M': Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;  // BININT2
            case 'J': Push((long)Int32()); break;                                           // BININT
            case '\x8a': Push(Long(Byte())); break;                                         // LONG1
            case 'G': Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;           // BINFLOAT
            case 'X': Push(Text(Int32())); break;                                           // BINUNICODE
            case '\x8c': Push(Text(Byte())); break;                                         // SHORT_BINUNICODE
            case 'U': Push(Text(Byte())); break;                                            // SHORT_BINSTRING
            case '}': Push(new PickledDictionary()); break;                                 // EMPTY_DICT
            case ']': Push(new List<object?>()); break;                                     // EMPTY_LIST
            case ')': Push(Array.Empty<object?>()); break;                                  // EMPTY_TUPLE
            case 't': Push(ToMark()); break;                                                // TUPLE
            case '\x85': Push(Last(1)); break;                                              // TUPLE1
            case '\x86': Push(Last(2)); break;                                              // TUPLE2
            case '\x87': Push(Last(3)); break;                                              // TUPLE3
            case 'a': Append([Pop()]); break;                                               // APPEND
            case 'e': Append(ToMark()); break;                                              // APPENDS
            case 's': SetItems(Last(2)); break;                                             // SETITEM
            case 'u': SetItems(ToMark()); break;                                            // SETITEMS
            case 'q': _memo[Byte()] = Peek(); break;                                        // BINPUT
            case 'r': _memo[Int32()] = Peek(); break;                                       // LONG_BINPUT
            case '\x94': _memo[_memo.Count] = Peek(); break;                                // MEMOIZE
            case 'h': Push(Remembered(Byte())); break;                                      // BINGET
            case 'j': Push(Remembered(Int32())); break;                                     // LONG_BINGET
            case 'c': Push(Allowed($"{Line()}.{Line()}")); break;                           // GLOBAL
            case '\x93': Push(Named(Last(2))); break;                                       // STACK_GLOBAL
            case 'Q': Push(Storage(Pop())); break;                                          // BINPERSID
            case 'R': Push(Call(Last(2))); break;                                           // REDUCE
            case 'b': Build(Pop()); break;                                                  // BUILD
            default:
                throw new InvalidDataException(
                    $"{_source}: expected what a state dictionary is written in, got the pickle instruction 0x{operation:x2} at byte {_position - 1} of data.pkl. Save model.state_dict(), not the model.");
        }
    }

    private PickledGlobal Allowed(string name)
    {
        var isAllowed = name is "collections.OrderedDict" or "torch._utils._rebuild_tensor_v2" or "torch._utils._rebuild_parameter"
            || PyTorchType.All.Any(type => type.Name == name);
        return isAllowed
            ? new(name)
            : throw new InvalidDataException(
                $"{_source}: expected tensors and dictionaries only, but the file names '{Shortened(name)}', which is not allowed and was not run. Save model.state_dict() with torch.save, and nothing else.");
    }

    private PickledGlobal Named(object?[] names) =>
        names is [string module, string name] ? Allowed($"{module}.{name}") : throw Damaged("two names");

    private object Call(object?[] call) => call switch
    {
        [PickledGlobal global, object?[] arguments] => Call(global, arguments),
        _ => throw Damaged("something to call"),
    };

    private object Call(PickledGlobal global, object?[] arguments) => (global.Name, arguments) switch
    {
        ("collections.OrderedDict", []) => new PickledDictionary(),
        ("torch._utils._rebuild_parameter", [PickledTensor tensor, ..]) => tensor,
        ("torch._utils._rebuild_tensor_v2", [PickledStorage storage, long offset, object?[] shape, object?[] strides, ..]) =>
            new PickledTensor(storage, offset, Numbers(shape), Numbers(strides)),
        _ => throw Damaged($"arguments of {global.Name}"),
    };

    private PickledStorage Storage(object? id) => id is object?[] and ["storage", PickledGlobal type, string key, string, long count]
        && PyTorchType.All.FirstOrDefault(one => one.Name == type.Name) is { } known && count >= 0
        ? new(key, known, count)
        : throw Damaged("a storage");

    // Python's OrderedDict of a state dictionary carries version numbers of modules, which say nothing of the values.
    private void Build(object? state)
    {
        if (Peek() is not PickledDictionary || state is not PickledDictionary)
        {
            throw Damaged("a dictionary to annotate");
        }
    }

    private void Append(object?[] values)
    {
        if (Peek() is not List<object?> list)
        {
            throw Damaged("a list");
        }

        list.AddRange(values);
    }

    private void SetItems(object?[] pairs)
    {
        if (Peek() is not PickledDictionary dictionary || pairs.Length % 2 != 0)
        {
            throw Damaged("a dictionary and pairs");
        }

        for (var index = 0; index < pairs.Length; index += 2)
        {
            dictionary.Entries[pairs[index] is string or long or bool or double ? pairs[index]! : throw Damaged("a name or number as key")] = pairs[index + 1];
        }
    }

    private long[] Numbers(object?[] values) => [.. values.Select(value => value is long number ? number : throw Damaged("whole numbers"))];

    private object? Remembered(long number) => _memo.TryGetValue(number, out var value) ? value : throw Damaged($"a value remembered as {number}");

    private object?[] ToMark() => _marks.TryPop(out var mark) && mark <= _stack.Count ? Last(_stack.Count - mark) : throw Damaged("a mark");

    private object?[] Last(int count)
    {
        if (_stack.Count < count)
        {
            throw Damaged($"{count} values");
        }

        object?[] values = [.. _stack[^count..]];
        _stack.RemoveRange(_stack.Count - count, count);
        return values;
    }

    private void Push(object? value) => _stack.Add(value);

    private object? Pop() => Last(1)[0];

    private object? Peek() => _stack.Count > 0 ? _stack[^1] : throw Damaged("a value");

    private byte Byte() => Take(1)[0];

    private int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    private long Long(int length)
    {
        if (length > sizeof(long))
        {
            throw Damaged("a number of 64 bits");
        }

        var value = 0L;
        var bytes = Take(length);
        for (var index = 0; index < length; index++)
        {
            value |= (long)bytes[index] << (8 * index);
        }

        // Two's complement of as few bytes as it takes.
        var unused = 64 - (8 * length);
        return length == 0 ? 0 : value << unused >> unused;
    }

    private string Text(int length) => Encoding.UTF8.GetString(Take(length));

    private string Line()
    {
        var length = _bytes.AsSpan(_position).IndexOf((byte)'\n');
        var line = Text(length);
        _position++;
        return line;
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length < 0 || length > _bytes.Length - _position)
        {
            throw new InvalidDataException($"{_source}: expected more of data.pkl, got its end. The file is truncated.");
        }

        _position += length;
        return _bytes.AsSpan(_position - length, length);
    }

    private static string Shortened(string name)
    {
        const int Limit = 100;
        return name.Length <= Limit ? name : name[..Limit] + "…";
    }

    private InvalidDataException Damaged(string expected) =>
        new($"{_source}: expected {expected} at byte {_position} of data.pkl, got something else. The file is damaged.");
}
