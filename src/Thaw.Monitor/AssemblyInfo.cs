using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Thaw.Monitor.Tests")]
[assembly: InternalsVisibleTo("Thaw.Pager.Tests")]
