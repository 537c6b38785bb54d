using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Thaw.Store.Tests")]
