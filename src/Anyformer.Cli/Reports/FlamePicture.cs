using System.Globalization;
using Anyformer.Inspection.Profiling;

namespace Anyformer.Cli.Reports;

/// <summary>
/// A flame picture, hanging: the step above, below each frame what it called, each as wide as the time it took. A frame tells its figures when the
/// pointer rests on it. It is an SVG that needs nothing beside itself.
/// </summary>
internal static class FlamePicture
{
    private const double Width = 1120, RowHeight = 18, Narrowest = 0.6, LetterWidth = 6.2;

    /// <summary>The picture of a profile.</summary>
    public static Html Draw(StepProfile profile)
    {
        var cells = new List<Html>();
        var rows = Add(profile.Root, 0, 0, Width / profile.Root.Seconds, profile, cells);
        return Html.Of($"""
            <svg class="flame" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {rows * RowHeight}" width="100%" role="img"
             aria-label="Flame picture of a training step" font-family="system-ui, sans-serif" font-size="11">{cells}</svg>
            """);
    }

    /// <summary>Adds a frame and those below it; gives the number of rows they take.</summary>
    private static int Add(ProfileFrame frame, double left, int row, double scale, StepProfile profile, List<Html> cells)
    {
        cells.Add(Cell(frame, left, row, frame.Seconds * scale, profile));
        var rows = row + 1;
        foreach (var child in frame.Children.Where(child => child.Seconds * scale >= Narrowest))
        {
            rows = Math.Max(rows, Add(child, left, row + 1, scale, profile, cells));
            left += child.Seconds * scale;
        }

        return rows;
    }

    private static Html Cell(ProfileFrame frame, double left, int row, double width, StepProfile profile)
    {
        var letters = (int)((width - 4) / LetterWidth);
        var label = letters < 3 ? "" : frame.Name.Length <= letters ? frame.Name : $"{frame.Name[..(letters - 1)]}…";
        var top = row * RowHeight;
        return Html.Of($"""
            <g><title>{Told(frame, profile)}</title><rect x="{Rounded(left)}" y="{top}" width="{Rounded(width)}" height="{RowHeight - 1}" fill="{Colour(frame)}"/><text x="{Rounded(left + 3)}" y="{top + 13}" fill="#1b1f24">{label}</text></g>
            """);
    }

    private static string Told(ProfileFrame frame, StepProfile profile) => string.Create(CultureInfo.InvariantCulture,
        $"{(frame.Path is { Length: > 0 } path ? path : frame.Name)}: {Figures.Measure(1000 * frame.Seconds / profile.Steps)} ms a step ({Figures.Share(frame.Seconds / profile.Root.Seconds)}), {Figures.Measure(1000 * frame.SelfSeconds / profile.Steps)} ms of its own, {Figures.Measure((double)frame.Calls / profile.Steps)} calls");

    private static double Rounded(double length) => Math.Round(length, 2);

    private static string Colour(ProfileFrame frame) => frame.Kind switch
    {
        FrameKind.Step => "#cfd6de",
        FrameKind.Phase => "#b9c7d6",
        FrameKind.Module => "#9ecbea",
        FrameKind.Function => "#8fd6b4",
        FrameKind.Node => "#d9c6e8",
        _ => "#f3c08b",
    };
}
