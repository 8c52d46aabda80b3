using System.Globalization;
using Anyformer.Training.Logging.TensorBoardFormat;
using Google.Protobuf;

namespace Anyformer.Training.Logging;

/// <summary>
/// Writes a TensorBoard event file, <c>events.out.tfevents.&lt;unix seconds&gt;.&lt;host&gt;.&lt;number&gt;</c>, that TensorBoard can
/// follow while it grows: each event is in the file when the call returns.
/// </summary>
public sealed class TensorBoardWriter : IDisposable
{
    private readonly RecordWriter _records;
    private readonly TimeProvider _time;

    private TensorBoardWriter(RecordWriter records, string path, TimeProvider time) =>
        (_records, Path, _time) = (records, path, time);

    /// <summary>The event file.</summary>
    public string Path { get; }

    /// <summary>Begins a new event file in a folder, which is made if it is missing.</summary>
    /// <param name="folder">The folder that TensorBoard is pointed at.</param>
    /// <param name="time">The clock of the events; the system's by default.</param>
    public static TensorBoardWriter Create(string folder, TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        Directory.CreateDirectory(folder);
        var (stream, path) = CreateFile(folder, time.GetUtcNow().ToUnixTimeSeconds());
        var writer = new TensorBoardWriter(new RecordWriter(stream), path, time);
        writer.Write(new Event { FileVersion = "brain.Event:2" });
        return writer;
    }

    /// <summary>
    /// Begins a new event file of a run that goes on after <paramref name="step"/>: TensorBoard then hides what earlier files of the
    /// folder hold of later steps.
    /// </summary>
    /// <param name="folder">The folder of the run's earlier event files.</param>
    /// <param name="step">The last step that stays.</param>
    /// <param name="time">The clock of the events; the system's by default.</param>
    public static TensorBoardWriter Resume(string folder, long step, TimeProvider? time = null)
    {
        var writer = Create(folder, time);
        writer.Write(new Event { Step = step + 1, SessionLog = new SessionLog { Status = SessionLog.Types.SessionStatus.Start } });
        return writer;
    }

    /// <summary>Writes one point of a curve.</summary>
    /// <param name="tag">The curve; a slash groups curves.</param>
    /// <param name="value">Its value, kept in single precision.</param>
    /// <param name="step">The optimiser steps taken.</param>
    public void Scalar(string tag, double value, long step) =>
        Write(new Summary.Types.Value { Tag = tag, SimpleValue = (float)value }, step);

    /// <summary>Writes a text, which TensorBoard shows as Markdown.</summary>
    /// <param name="tag">The name of the text.</param>
    /// <param name="text">The text.</param>
    /// <param name="step">The optimiser steps taken.</param>
    public void Text(string tag, string text, long step)
    {
        var shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dim { Size = 1 } } };
        var tensor = new TensorProto { Dtype = DataType.DtString, TensorShape = shape, StringVal = { ByteString.CopyFromUtf8(text) } };
        var plugin = new SummaryMetadata.Types.PluginData { PluginName = "text" };
        Write(new Summary.Types.Value { Tag = tag, Tensor = tensor, Metadata = new SummaryMetadata { PluginData = plugin } }, step);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _records.Dispose();

    private static (FileStream Stream, string Path) CreateFile(string folder, long seconds)
    {
        for (var number = 0; ; number++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{seconds:D10}.{Environment.MachineName}.{number}");
            var path = System.IO.Path.Combine(folder, name);
            try
            {
                return (new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0), path);
            }
            catch (IOException) when (File.Exists(path))
            {
                // A writer of the same second has this number: take the next.
            }
        }
    }

    private void Write(Summary.Types.Value value, long step) =>
        Write(new Event { Step = step, Summary = new Summary { Value = { value } } });

    private void Write(Event written)
    {
        written.WallTime = _time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        _records.Write(written.ToByteArray());
    }
}
