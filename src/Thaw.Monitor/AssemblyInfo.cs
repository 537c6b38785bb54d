using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Thaw.Monitor.Tests")]
