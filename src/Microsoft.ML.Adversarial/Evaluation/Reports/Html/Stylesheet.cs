namespace Microsoft.ML.Adversarial.Evaluation.Reports.Html;

/// <summary>What the page looks like on screens, in the dark and on paper. It has none of the characters that XML escapes.</summary>
internal static class Stylesheet
{
    public const string Text =
        """
        :root { color-scheme: light dark; --page: #ffffff; --raised: #f5f6f8; --ink: #1b1f24; --quiet: #59626e; --rule: #d5d9df;
          --link: #0b57b0;
          --doubt: #8a4b00; --doubt-page: #fff4df; --good: #1a6b34; --clean: #2f74c0; --robust: #1a7f4b;
          --s0: #0b6bc2; --s1: #c2410c; --s2: #15803d; --s3: #9333a8; --s4: #a16207; --s5: #0e7490; --s6: #be185d; --s7: #57606a; }
        @media screen and (prefers-color-scheme: dark) { :root { --page: #14171b; --raised: #1e2329; --ink: #e8eaed; --quiet: #a4adb8;
          --rule: #3a424c; --link: #7ab7ff;
          --doubt: #ffc266; --doubt-page: #35270f; --good: #7bd699; --clean: #6aaeff; --robust: #5cc98a;
          --s0: #6aaeff; --s1: #ff9960; --s2: #5fd08a; --s3: #dc94f0; --s4: #e6bd4a; --s5: #4fd0e2; --s6: #ff86b8; --s7: #b3bcc6; } }
        * { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; }
        body { margin: 0 auto; padding: 1rem 1rem 4rem; max-width: 66rem; background: var(--page); color: var(--ink);
          font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; overflow-wrap: anywhere; }
        h1 { font-size: 1.75rem; line-height: 1.2; margin: 1rem 0 .5rem; }
        h2 { font-size: 1.35rem; line-height: 1.25; margin: 2.75rem 0 .75rem; padding-top: .75rem; border-top: 1px solid var(--rule); }
        h3 { font-size: 1.1rem; margin: 1.75rem 0 .5rem; }
        h4 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
        p { margin: .5rem 0; max-width: 46rem; }
        a { color: var(--link); }
        small, .quiet { color: var(--quiet); font-size: .85em; }
        .icon { display: inline-block; min-width: 1.35em; }
        nav ul { list-style: none; padding: 0; margin: .75rem 0; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; }
        .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); gap: 1rem; }
        .card { background: var(--raised); border: 1px solid var(--rule); border-radius: .5rem; padding: .25rem 1rem .75rem;
          break-inside: avoid; }
        .card h3 { margin-top: .75rem; }
        .measure { display: grid; grid-template-columns: 4.25rem 1fr 4rem; gap: .6rem; align-items: center; margin: .3rem 0; }
        .measure strong { font-variant-numeric: tabular-nums; text-align: right; }
        .bar { display: block; height: .7rem; width: 100%; background: var(--rule); border-radius: .35rem; overflow: hidden; }
        .bar span { display: block; height: 100%; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
        .bar .clean { background: var(--clean); } .bar .robust { background: var(--robust); }
        .doubt { border-left: .3rem solid var(--doubt); background: var(--doubt-page); padding: .5rem .75rem; margin: .75rem 0;
          border-radius: .25rem; break-inside: avoid; }
        .doubt p, .doubt ul { margin: .25rem 0; } .doubt ul { padding-left: 1.2rem; }
        .warning { color: var(--doubt); font-weight: 600; white-space: nowrap; }
        .scroll { overflow-x: auto; margin: .5rem 0 1.25rem; }
        .scroll:focus-visible { outline: 2px solid var(--link); }
        table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
        caption { text-align: left; color: var(--quiet); font-size: .85rem; padding-bottom: .35rem; caption-side: top; }
        caption span { display: block; max-width: min(46rem, calc(100vw - 2rem)); }
        th, td { padding: .35rem .7rem; border-bottom: 1px solid var(--rule); text-align: right; vertical-align: top; }
        td { white-space: nowrap; } .below { display: block; white-space: normal; }
        thead th { vertical-align: bottom; color: var(--quiet); font-weight: 600; }
        th:first-child { text-align: left; position: sticky; left: 0; background: var(--page); max-width: 12rem; min-width: 6.5rem;
          overflow-wrap: anywhere; }
        @media screen and (min-width: 48rem) { th:first-child { max-width: 22rem; min-width: 10rem; } }
        tbody th { font-weight: 600; }
        .texts th, .texts td { text-align: left; white-space: normal; overflow-wrap: anywhere; }
        .texts { width: 100%; }
        .texts td { min-width: 9rem; }
        figure { margin: 1rem 0; break-inside: avoid; min-width: 0; }
        figcaption { color: var(--quiet); font-size: .88rem; max-width: 46rem; }
        figure img { max-width: 100%; height: auto; border-radius: .25rem; background: #ffffff; }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 21rem), 1fr)); gap: 1rem 1.5rem; }
        .charts figure { margin: .25rem 0; max-width: 34rem; }
        svg.chart { display: block; width: 100%; height: auto; max-width: 38rem; }
        svg text { fill: var(--ink); font-size: 12px; font-family: inherit; }
        svg .axis { stroke: var(--quiet); stroke-width: 1; fill: none; }
        svg .grid { stroke: var(--rule); stroke-width: 1; }
        svg .mark { stroke: var(--quiet); stroke-width: 1; stroke-dasharray: 2 3; }
        svg .chance { stroke: var(--quiet); stroke-width: 1; stroke-dasharray: 2 4; fill: none; }
        svg .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
        svg .area { fill-opacity: .18; stroke-width: 1.8; }
        .legend { list-style: none; margin: .25rem 0; padding: 0; display: flex; flex-wrap: wrap; gap: .15rem 1.1rem; font-size: .88rem; }
        .legend li { display: flex; align-items: center; gap: .4rem; }
        .legend svg { width: 2.2rem; height: .9rem; flex: none; }
        .s0 { stroke: var(--s0); fill: var(--s0); } .s1 { stroke: var(--s1); fill: var(--s1); } .s2 { stroke: var(--s2); fill: var(--s2); }
        .s3 { stroke: var(--s3); fill: var(--s3); } .s4 { stroke: var(--s4); fill: var(--s4); } .s5 { stroke: var(--s5); fill: var(--s5); }
        .s6 { stroke: var(--s6); fill: var(--s6); } .s7 { stroke: var(--s7); fill: var(--s7); }
        .d1 { stroke-dasharray: 7 4; } .d2 { stroke-dasharray: 2 3; }
        .checks { list-style: none; padding: 0; margin: .5rem 0; }
        .checks li { padding: .35rem 0 .35rem 1.9rem; border-bottom: 1px solid var(--rule); max-width: 54rem; text-indent: -1.5rem; }
        .failed strong, .failed .icon { color: var(--doubt); } .passed .icon { color: var(--good); }
        details { margin: .5rem 0; } summary { cursor: pointer; padding: .35rem 0; color: var(--link); }
        @media (max-width: 30rem) { body { padding: .5rem .8rem 3rem; } h1 { font-size: 1.4rem; } th, td { padding: .35rem .45rem; }
          th:first-child { max-width: 8.5rem; } }
        @media print {
          body { max-width: none; padding: 0; font-size: 10pt; } nav { display: none; } a { color: inherit; text-decoration: none; }
          h2, h3, h4 { break-after: avoid; } tr { break-inside: avoid; } .scroll { overflow: visible; } table { font-size: 8.5pt; }
          th, td { padding: .2rem .35rem; } td { white-space: normal; } summary { color: inherit; list-style: none; }
          details::details-content { content-visibility: visible; display: block; height: auto; }
          .card, .doubt { -webkit-print-color-adjust: exact; print-color-adjust: exact; } svg.chart { max-width: 12cm; }
          .charts { grid-template-columns: 1fr 1fr; }
        }
        """;
}
