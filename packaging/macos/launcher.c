/* The app's program: the private Python in this very process, so that macOS takes it for Ginnel: its name in the
 * menu bar and the Dock, its documents, its permissions. A script would be Python to the system.
 *
 * GINNEL_FRAMEWORK is Python's library, GINNEL_PYTHON the program that Python is to take itself for. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

typedef int program(int, char **);

int main(int argc, char **argv)
{
    void *python = dlopen(GINNEL_FRAMEWORK, RTLD_NOW | RTLD_GLOBAL);
    program *run = python ? (program *)dlsym(python, "Py_BytesMain") : NULL;
    char **arguments = calloc((size_t)argc + 4, sizeof *arguments);

    if (!run || !arguments) {
        fprintf(stderr, "Ginnel is not installed whole (%s); install it again.\n", run ? "memory" : dlerror());
        return 1;
    }
    arguments[0] = GINNEL_PYTHON;
    arguments[1] = "-I";
    arguments[2] = "-m";
    arguments[3] = "ginnel_gui";
    for (int i = 1; i < argc; i++)
        arguments[3 + i] = argv[i];
    return run(argc + 3, arguments);
}
