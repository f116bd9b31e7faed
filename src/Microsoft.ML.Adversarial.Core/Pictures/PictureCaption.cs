namespace Microsoft.ML.Adversarial.Pictures;

/// <summary>A line of text under a tile.</summary>
/// <param name="Text">The text, one line.</param>
/// <param name="Tone">Its colour.</param>
public sealed record PictureCaption(string Text, PictureTone Tone = PictureTone.Plain);
