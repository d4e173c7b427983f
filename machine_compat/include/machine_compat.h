/* This file lets a module that Cython compiled import what the scripts of a board import.

   Cython's C code asks CPython for `machine`, `time` and `print`, and CPython has others than the board, or none. With
   this file included before it, it asks the builtins of the script that loads it, as interpreted code does. Loaded by
   CPython itself it behaves as without.

       gcc -include machine_compat.h ...      (cl /FI machine_compat.h ...)
*/

#ifndef MACHINE_COMPAT_H
#define MACHINE_COMPAT_H

#include <Python.h>
#include <string.h>

/* By this the loader knows a module that was compiled so. */
static const char machine_compat_mark[] = "compiled with machine_compat.h";

/* A borrowed reference; `builtins` are those of the frame that executes the module. */
static PyObject *machine_compat_add_module(const char *name)
{
    if (strcmp(name, "builtins") == 0) {
        PyObject *known = PyEval_GetBuiltins();
        PyObject *scripts = known ? PyDict_GetItemString(known, "@builtins") : NULL;
        if (scripts)
            return scripts;
    }
    return PyImport_AddModule(name);
}

#if PY_VERSION_HEX >= 0x030d0000
static PyObject *machine_compat_add_module_ref(const char *name)
{
    PyObject *module = machine_compat_add_module(name);
    Py_XINCREF(module);
    return module;
}
#define PyImport_AddModuleRef machine_compat_add_module_ref
#endif

/* The `__import__` of the module's builtins, when those are a script's: a new reference, or NULL without an error. */
static PyObject *machine_compat_importer(PyObject *globals)
{
    PyObject *scripts = globals ? PyDict_GetItemString(globals, "__builtins__") : NULL;
    if (!scripts || !PyModule_Check(scripts) || !PyObject_HasAttrString(scripts, "@builtins"))
        return NULL;
    return PyObject_GetAttrString(scripts, "__import__");
}

static PyObject *machine_compat_import(PyObject *name, PyObject *globals, PyObject *locals, PyObject *names, int level)
{
    PyObject *module, *import = machine_compat_importer(globals);
    if (!import)
        return machine_compat_mark[0] ? PyImport_ImportModuleLevelObject(name, globals, locals, names, level) : NULL;
    module = PyObject_CallFunction(import, "OOOOi", name, globals, Py_None, names ? names : Py_None, level);
    Py_DECREF(import);
    return module;
}

/* Cython looks into CPython's table of modules before it imports: there is nothing to be found. */
static PyObject *machine_compat_no_module(PyObject *name)
{
    (void)name;
    return NULL;
}

#define PyImport_AddModule machine_compat_add_module
#define PyImport_ImportModuleLevelObject machine_compat_import
#define PyImport_GetModule machine_compat_no_module

#endif
