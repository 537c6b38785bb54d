[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("Thaw.Dev.Tests")]
