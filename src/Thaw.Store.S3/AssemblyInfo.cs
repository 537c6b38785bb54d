using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Thaw.Store.S3.Tests")]
