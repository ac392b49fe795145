// The library that Go's programs take random numbers from on Windows, for Wine
// 8 (Debian 12), which lacks it.
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID, ULONG); // RtlGenRandom

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE at, SIZE_T size)
{
	while (size > 0) {
		ULONG some = size > 1 << 20 ? 1 << 20 : (ULONG)size;
		if (!SystemFunction036(at, some))
			return FALSE;
		at += some;
		size -= some;
	}
	return TRUE;
}
