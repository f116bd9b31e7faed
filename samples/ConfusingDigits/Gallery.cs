using System.Net;
using System.Text;

namespace ConfusingDigits;

/// <summary>A page with all pictures, beside which it lies.</summary>
internal sealed class Gallery(string folder)
{
    private readonly StringBuilder _body = new();

    /// <summary>Adds a picture that lies in the folder, with what there is to see on it.</summary>
    public void Add(string file, string heading, string text) => _body.Append(
        $"""
        <section>
        <h2>{WebUtility.HtmlEncode(heading)}</h2>
        <p>{WebUtility.HtmlEncode(text)}</p>
        <img src="{WebUtility.HtmlEncode(file)}" alt="{WebUtility.HtmlEncode(heading)}">
        </section>

        """);

    /// <summary>Writes index.html.</summary>
    public string Save()
    {
        var path = Path.Combine(folder, "index.html");
        File.WriteAllText(path, $$"""
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>Confusing digits</title>
            <style>
            body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #22262e }
            img { max-width: 100%; border: 1px solid #c8ccd4 }
            </style>
            <h1>Confusing digits</h1>
            {{_body}}
            </html>
            """);
        return path;
    }
}
